#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace brickwork::local {

// Offsets of one IANA time zone, read from the machine's own tzdata: g++ 12 has no std::chrono::time_zone, and TZ with
// localtime() is one setting for the whole process.
class TimeZone {
 public:
  // Nothing for a name that this machine does not know.
  static std::optional<TimeZone> find(const std::string& name);

  std::chrono::seconds offset_at(std::int64_t utc_seconds) const;
  // The first moment that local clocks show as `local_seconds`; nothing for an hour that a change of clocks leaves out.
  std::optional<std::int64_t> to_utc(std::int64_t local_seconds) const;

 private:
  std::vector<std::int64_t> changes_;  // ascending, UTC seconds
  std::vector<std::int64_t> offsets_;  // one more than changes: the first holds before the first change
};

}  // namespace brickwork::local
