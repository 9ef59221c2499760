#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace brickwork::boundary {

// The last lines for a host without a log function. Bounded, because a host may never ask; what falls out is counted.
// The owner's lock is held around every member.
class LogRing {
 public:
  void add(std::int64_t unix_ms, int level, std::string_view line);
  bool empty() const { return lines_.empty(); }

  std::string text() const;  // all lines, oldest first; the first says how many were lost
  void clear() noexcept;

 private:
  std::deque<std::string> lines_;
  std::uint64_t lost_ = 0;
};

// "error", "warning", "information", "request"
const char* level_name(int level);

}  // namespace brickwork::boundary
