#include "runs/launch/lease.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace brickwork::runs {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEnding = ".lease.json";
constexpr std::int64_t kShortestMs = 100, kLongestMs = 86'400'000;
constexpr int kRenewalsInATerm = 3;  // two may come late

Status broken(std::string_view what, const fs::path& path, int error) {
  return failure(Code::kFailedPrecondition,
                 std::string(what) + " " + path.string() + ": " + std::strerror(error) +
                     "; `lease.directory` has to be "
                     "a directory that this process may write to",
                 "/lease/directory");
}

// Under a name of its own first: a sweep never reads half a lease, and a successor's replaces it whole.
Status write(const fs::path& file, const std::string& text) {
  fs::path draft = file;
  draft += "." + std::to_string(getpid());
  const int fd = open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return broken("cannot write", draft, errno);
  const bool whole = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const int error = whole ? 0 : errno;
  close(fd);
  if (whole && rename(draft.c_str(), file.c_str()) == 0) return Status();
  Status status = broken("cannot write", file, error != 0 ? error : errno);
  unlink(draft.c_str());
  return status;
}

std::optional<Object> read(const fs::path& file) {
  std::ifstream in(file);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  boost::system::error_code error;
  json::value document = json::parse(text, error);
  if (error || !document.is_object() || text.empty()) return std::nullopt;
  return std::move(document.get_object());
}

}  // namespace

Result<std::optional<LeaseTerms>> lease_terms(const Object& request) {
  const json::value* member = request.if_contains("lease");
  if (member == nullptr || member->is_null()) return std::optional<LeaseTerms>();
  if (!member->is_object()) return failure(Code::kInvalidArgument, "`lease` has to be an object", "/lease");
  const Object& lease = member->get_object();
  LeaseTerms terms{.directory = std::string(text(lease, "directory"))};
  if (terms.directory.empty() || !terms.directory.is_absolute())
    return failure(Code::kInvalidArgument, "`directory` has to be an absolute path", "/lease/directory");
  if (lease.contains("ms")) {
    const std::int64_t ms = whole_number(lease, "ms").value_or(0);
    if (ms < kShortestMs || ms > kLongestMs)
      return failure(Code::kInvalidArgument, "`ms` has to be between 100 and 86400000", "/lease/ms");
    terms.longest = milliseconds(ms);
  }
  return std::optional(std::move(terms));
}

Lease::Lease(Loop& loop, LeaseTerms terms, fs::path file)
    : loop_(loop), terms_(std::move(terms)), file_(std::move(file)) {}

Lease::~Lease() {
  if (timer_ != 0) loop_.forget(timer_);
  unlink(file_.c_str());
}

Result<std::unique_ptr<Lease>> Lease::take(Loop& loop, LeaseTerms terms, const Handle& handle) {
  std::error_code error;
  fs::create_directories(terms.directory, error);
  if (error) return broken("cannot make", terms.directory, error.value());
  fs::path file = terms.directory / (std::to_string(handle.run_id) + std::string(kEnding));
  const Status written =
      write(file, json::serialize(Object{{"ms", terms.longest.count()}, {"handle", to_json(handle)}}));
  if (!written.ok()) return written;
  std::unique_ptr<Lease> lease(new Lease(loop, std::move(terms), std::move(file)));
  lease->renew_later();
  return lease;
}

void Lease::renew_later() {
  timer_ = loop_.at(loop_.now() + terms_.longest / kRenewalsInATerm, [this] {
    utimensat(AT_FDCWD, file_.c_str(), nullptr, 0);  // a file that is gone was swept: the run is being cancelled
    renew_later();
  });
}

std::optional<std::int64_t> sign_of_life(const fs::path& file) {
  struct stat status {};
  if (stat(file.c_str(), &status) != 0) return std::nullopt;
  return std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
}

Result<std::vector<FoundLease>> leases_in(const fs::path& directory) {
  std::error_code error;
  std::vector<FoundLease> leases;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
    if (!entry->path().filename().string().ends_with(kEnding)) continue;
    const std::optional<std::int64_t> changed_ns = sign_of_life(entry->path());
    std::optional<Object> document = read(entry->path());
    if (!changed_ns || !document) continue;
    leases.push_back({.file = entry->path(),
                      .changed_ns = *changed_ns,
                      .longest = milliseconds(std::clamp(number_or_zero(*document, "ms"), kShortestMs, kLongestMs)),
                      .handle = object_in(*document, "handle")});
  }
  if (error) return broken("cannot read", directory, error.value());
  std::sort(leases.begin(), leases.end(), [](const auto& one, const auto& other) { return one.file < other.file; });
  return leases;
}

}  // namespace brickwork::runs
