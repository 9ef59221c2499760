#include "boundary/log_ring.h"

#include <algorithm>

namespace brickwork::boundary {
namespace {

constexpr std::size_t kLines = 1000;
constexpr std::size_t kLongest = 4096;

}  // namespace

const char* level_name(int level) {
  constexpr const char* kNames[] = {"error", "warning", "information", "request"};
  return kNames[std::clamp(level, 1, 4) - 1];
}

void LogRing::add(std::int64_t unix_ms, int level, std::string_view line) {
  std::string text = std::to_string(unix_ms) + ' ' + level_name(level) + ' ';
  text += line.substr(0, kLongest);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  text += '\n';
  lines_.push_back(std::move(text));
  if (lines_.size() > kLines) {
    lines_.pop_front();
    ++lost_;
  }
}

std::string LogRing::text() const {
  std::string all;
  if (lost_ > 0) {
    // The time of the oldest line that is left: the lost ones were before it.
    all =
        lines_.front().substr(0, lines_.front().find(' ')) + " warning " + std::to_string(lost_) + " lines were lost\n";
  }
  for (const std::string& line : lines_) all += line;
  return all;
}

void LogRing::clear() noexcept {
  lines_.clear();
  lost_ = 0;
}

}  // namespace brickwork::boundary
