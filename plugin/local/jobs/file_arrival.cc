#include "local/jobs/file_arrival.h"

#include <sys/stat.h>

#include <algorithm>
#include <sstream>
#include <vector>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/http_text.h"

namespace brickwork::local {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kLeastSeconds = 60;
constexpr std::int64_t kMostSeconds = 10LL * 365 * 86'400;
// As many as Databricks looks at.
constexpr std::size_t kMostFiles = 10'000;

std::int64_t milliseconds(const boost::json::object& from, const char* name) {
  const std::int64_t seconds = integer_field(from, name).value_or(0);
  if (seconds != 0 && (seconds < kLeastSeconds || seconds > kMostSeconds))
    throw invalid_parameter("trigger.file_arrival." + std::string(name) + " must be at least 60.");
  return seconds * 1000;
}

// "/Volumes/Main/default/in/day/" -> "main/default/in/day": volumes are found in any case.
std::string directory_of(const std::string& url) {
  const std::string path = url.starts_with("dbfs:") ? url.substr(5) : url;
  std::vector<std::string> names;
  std::istringstream parts(path);
  for (std::string part; std::getline(parts, part, '/');)
    if (!part.empty()) names.push_back(part);
  const bool climbs = std::ranges::any_of(names, [](const std::string& name) {
    return name == ".." || name == "." || name.find('\0') != std::string::npos;
  });
  if (!path.starts_with("/Volumes/") || names.size() < 4 || climbs)
    throw feature_disabled("trigger.file_arrival: the local workspace watches for files in volumes only, not in '" +
                           url.substr(0, 200) +
                           "': name /Volumes/<catalog>/<schema>/<volume>, with folders if you like.");
  std::string directory;
  for (std::size_t i = 1; i < names.size(); ++i)
    directory += (i == 1 ? "" : "/") + (i < 4 ? lower_case(names[i]) : names[i]);
  return directory;
}

}  // namespace

FileArrivalTrigger file_arrival(const boost::json::object& from) {
  const std::string url = required_text(from, "url");
  return {url, directory_of(url), milliseconds(from, "min_time_between_triggers_seconds"),
          milliseconds(from, "wait_after_last_change_seconds")};
}

FileWatch::Listing FileWatch::list(const fs::path& directory) {
  Listing found;
  std::error_code error;
  fs::recursive_directory_iterator entry(directory, fs::directory_options::skip_permission_denied, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    struct stat status {};
    // One that went while we looked has not arrived.
    if (lstat(entry->path().c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    found[entry->path().lexically_relative(directory).string()] = {
        static_cast<std::uintmax_t>(status.st_size),
        status.st_mtim.tv_sec * std::int64_t{1'000'000'000} + status.st_mtim.tv_nsec};
    if (found.size() == kMostFiles) break;
  }
  return found;
}

void FileWatch::begin(Listing present) {
  known_.clear();
  for (const auto& [name, stamp] : present) known_.insert(name);
  last_ = std::move(present);
}

bool FileWatch::look(const FileArrivalTrigger& trigger, Listing present, std::int64_t now_ms) {
  if (present != last_) changed_at_ms_ = now_ms;
  last_ = std::move(present);
  const bool arrived = std::ranges::any_of(last_, [&](const auto& file) { return !known_.contains(file.first); });
  if (!arrived || now_ms - changed_at_ms_ < trigger.wait_after_last_change_ms ||
      (has_fired_ && now_ms - fired_at_ms_ < trigger.min_time_between_ms))
    return false;
  known_.clear();
  for (const auto& [name, stamp] : last_) known_.insert(name);
  has_fired_ = true;
  fired_at_ms_ = now_ms;
  return true;
}

}  // namespace brickwork::local
