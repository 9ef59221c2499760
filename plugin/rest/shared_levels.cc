#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "rest/rate_limits.h"

namespace brickwork {
namespace {

static_assert(std::atomic<std::int64_t>::is_always_lock_free, "a lock would be left behind by who is killed");

constexpr std::size_t kBytes = SharedLevels::kMost * sizeof(BudgetLevel);

Status refused(const std::string& what) {
  return failure(Code::kInvalidArgument,
                 "the shared rate budget: " + what + "; name a directory that is yours alone (mode 0700)",
                 "/rate/shared");
}

std::string default_directory() {
  const std::string user = "brickwork-" + std::to_string(::geteuid());
  return (::access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm/" : "/tmp/") + user;
}

Status make_directory(const std::string& directory) {
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
    return refused(directory + " cannot be made: " + std::strerror(errno));
  struct stat found {};
  if (::lstat(directory.c_str(), &found) != 0 || !S_ISDIR(found.st_mode))
    return refused(directory + " is not a directory");
  if (found.st_uid != ::geteuid() || (found.st_mode & 077) != 0)
    return refused(directory + " belongs to, or is open to, somebody else");
  return Status();
}

// The name says nothing about the workspace to who lists the folder. FNV-1a.
std::string file_name(const std::string& workspace) {
  std::uint64_t hash = 14'695'981'039'346'656'037u;
  for (const char c : workspace) hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211u;
  return "rate-" + std::to_string(hash);
}

struct File {
  int descriptor;
  ~File() {
    if (descriptor >= 0) ::close(descriptor);
  }
};

}  // namespace

Result<std::shared_ptr<SharedLevels>> SharedLevels::open(std::string directory, const std::string& workspace) {
  if (directory.empty()) directory = default_directory();
  if (Status status = make_directory(directory); !status.ok()) return status;
  const std::string path = directory + "/" + file_name(workspace);
  const File file{::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600)};
  struct stat found {};
  if (file.descriptor < 0 || ::fstat(file.descriptor, &found) != 0)
    return refused(path + " cannot be opened: " + std::strerror(errno));
  if (!S_ISREG(found.st_mode) || found.st_uid != ::geteuid()) return refused(path + " is not a file of yours");
  // New bytes are zero, and zero is a budget that was never used. It never shrinks under those who use it.
  if (found.st_size < static_cast<off_t>(kBytes) && ::ftruncate(file.descriptor, kBytes) != 0)
    return refused(path + " cannot grow: " + std::strerror(errno));
  void* memory = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.descriptor, 0);
  if (memory == MAP_FAILED) return refused(path + " cannot be mapped: " + std::strerror(errno));
  return std::shared_ptr<SharedLevels>(new SharedLevels(path, static_cast<BudgetLevel*>(memory)));
}

SharedLevels::~SharedLevels() { ::munmap(levels_, kBytes); }

}  // namespace brickwork
