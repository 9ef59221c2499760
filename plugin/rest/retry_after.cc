#include "rest/retry_after.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <string>

namespace brickwork {
namespace {

using std::chrono::milliseconds;

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// "Sun, 06 Nov 1994 08:49:37 GMT". Read by hand: strptime would read names of days in the host's language.
std::optional<std::chrono::sys_seconds> parse_http_date(const std::string& text) {
  std::array<char, 4> month{};
  int day = 0, year = 0, hour = 0, minute = 0, second = 0, end = 0;
  const int fields = std::sscanf(text.c_str(), "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT%n", &day, month.data(),
                                 &year, &hour, &minute, &second, &end);
  if (fields != 6 || static_cast<std::size_t>(end) != text.size()) return std::nullopt;
  const auto name = std::find(kMonths.begin(), kMonths.end(), std::string_view(month.data()));
  if (name == kMonths.end()) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(name - kMonths.begin()) + 1),
                                         std::chrono::day(static_cast<unsigned>(day)));
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

}  // namespace

std::optional<milliseconds> parse_retry_after(std::string_view header, std::int64_t unix_ms) {
  constexpr std::int64_t kYear = std::int64_t{366} * 24 * 3600;
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(header.data(), header.data() + header.size(), seconds);
  if (end == header.data() + header.size() && !header.empty()) {
    if (error == std::errc::result_out_of_range || seconds > kYear) return milliseconds(kYear * 1000);
    if (error == std::errc() && seconds >= 0) return milliseconds(seconds * 1000);
    return std::nullopt;
  }
  const std::optional<std::int64_t> at_ms = parse_http_date_ms(header);
  if (!at_ms) return std::nullopt;
  return milliseconds(std::clamp<std::int64_t>(*at_ms - unix_ms, 0, kYear * 1000));
}

std::optional<std::int64_t> parse_http_date_ms(std::string_view header) {
  const auto date = parse_http_date(std::string(header));
  if (!date) return std::nullopt;
  return date->time_since_epoch().count() * 1000;
}

}  // namespace brickwork
