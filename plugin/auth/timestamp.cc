#include "auth/timestamp.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

namespace brickwork {
namespace {

// Takes `digits` digits from the front.
std::optional<int> take(std::string_view& text, std::size_t digits) {
  int value = 0;
  if (text.size() < digits) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
  if (error != std::errc() || end != text.data() + digits || value < 0) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool skip(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == any_of.npos) return false;
  text.remove_prefix(1);
  return true;
}

int take_milliseconds(std::string_view& text) {
  int value = 0;
  int digits = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    if (digits++ < 3) value = value * 10 + (text.front() - '0');
    text.remove_prefix(1);
  }
  for (; digits < 3; ++digits) value *= 10;
  return value;
}

std::optional<std::tm> take_date_and_time(std::string_view& text) {
  std::array<int, 6> parts{};
  constexpr std::array<std::string_view, 6> kBefore = {"", "-", "-", "Tt ", ":", ":"};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0 && !skip(text, kBefore[i])) return std::nullopt;
    const std::optional<int> part = take(text, i == 0 ? 4 : 2);
    if (!part) return std::nullopt;
    parts[i] = *part;
  }
  std::tm time{};
  time.tm_year = parts[0] - 1900;
  time.tm_mon = parts[1] - 1;
  time.tm_mday = parts[2];
  time.tm_hour = parts[3];
  time.tm_min = parts[4];
  time.tm_sec = parts[5];
  return time;
}

}  // namespace

std::optional<std::int64_t> read_timestamp(std::string_view text) {
  std::optional<std::tm> time = take_date_and_time(text);
  if (!time) return std::nullopt;
  const int milliseconds = skip(text, ".") ? take_milliseconds(text) : 0;
  if (text.empty()) {
    time->tm_isdst = -1;
    return static_cast<std::int64_t>(std::mktime(&*time)) * 1000 + milliseconds;
  }
  std::int64_t seconds = timegm(&*time);
  if (!skip(text, "Zz")) {
    const int sign = text.front() == '-' ? -1 : 1;
    if (!skip(text, "+-")) return std::nullopt;
    const std::optional<int> hours = take(text, 2);
    skip(text, ":");
    const std::optional<int> minutes = take(text, 2);
    if (!hours || !minutes) return std::nullopt;
    seconds -= sign * (std::int64_t{*hours} * 3600 + std::int64_t{*minutes} * 60);
  }
  return seconds * 1000 + milliseconds;
}

std::string timestamp(std::int64_t unix_ms) {
  const std::time_t seconds = unix_ms / 1000;
  std::tm time{};
  gmtime_r(&seconds, &time);
  std::array<char, 64> text{};
  const int length = std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03d000+00:00",
                                   time.tm_year + 1900, time.tm_mon + 1, time.tm_mday, time.tm_hour, time.tm_min,
                                   time.tm_sec, static_cast<int>(unix_ms % 1000));
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace brickwork
