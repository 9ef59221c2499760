#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>

namespace brickwork::local {

// trigger.file_arrival of job settings: new files in a volume or a folder of one, at any depth.
struct FileArrivalTrigger {
  std::string url;        // as it was written
  std::string directory;  // below the folder of all volumes
  std::int64_t min_time_between_ms = 0;
  std::int64_t wait_after_last_change_ms = 0;
};

// Throws ApiError when it is wrong, or names a place that no volume of this workspace is.
FileArrivalTrigger file_arrival(const boost::json::object& from);

// Decides when files that have arrived start a run. A file that was there before is none, and neither is one that was
// written again under its old name.
class FileWatch {
 public:
  struct Stamp {
    std::uintmax_t size = 0;
    std::int64_t modified_ns = 0;
    auto operator<=>(const Stamp&) const = default;
  };
  using Listing = std::map<std::string, Stamp>;

  // A directory that is not there is an empty one.
  static Listing list(const std::filesystem::path& directory);

  void begin(Listing present);
  // Whether a run starts now.
  bool look(const FileArrivalTrigger& trigger, Listing present, std::int64_t now_ms);

 private:
  Listing last_;
  std::set<std::string> known_;
  std::int64_t changed_at_ms_ = 0;
  std::int64_t fired_at_ms_ = 0;
  bool has_fired_ = false;
};

}  // namespace brickwork::local
