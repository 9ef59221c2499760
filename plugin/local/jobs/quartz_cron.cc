#include "local/jobs/quartz_cron.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <stdexcept>

namespace brickwork::local {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

constexpr int kFirstYear = 1970;
constexpr int kLastYear = 2099;
constexpr std::array<std::string_view, 12> kMonths{"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                   "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> kWeekdays{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

// What one field may hold, and how it is called in an error.
struct Field {
  std::string_view title;
  int low, high;
  const std::string_view* names = nullptr;  // of low, low + 1, ...
  std::size_t names_count = 0;
};
constexpr Field kSeconds{"seconds", 0, 59};
constexpr Field kMinutes{"minutes", 0, 59};
constexpr Field kHours{"hours", 0, 23};
constexpr Field kDayOfMonth{"day-of-month", 1, 31};
constexpr Field kMonth{"month", 1, 12, kMonths.data(), kMonths.size()};
constexpr Field kDayOfWeek{"day-of-week", 1, 7, kWeekdays.data(), kWeekdays.size()};
constexpr Field kYear{"year", kFirstYear, kLastYear};

[[noreturn]] void wrong(const Field& field, std::string_view text) {
  throw std::invalid_argument("'" + std::string(text) + "' is not a " + std::string(field.title));
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = std::min(text.find(separator), text.size());
    parts.emplace_back(text.substr(0, end));
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

int whole_number(const Field& field, std::string_view text, int low, int high) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < low || number > high) wrong(field, text);
  return number;
}

int value_in(const Field& field, std::string_view text) {
  for (std::size_t i = 0; i < field.names_count; ++i)
    if (field.names[i] == text) return field.low + static_cast<int>(i);
  return whole_number(field, text, field.low, field.high);
}

template <std::size_t N>
void add_range(const Field& field, std::bitset<N>& into, int low, int high, int step) {
  // FRI-MON goes over the end.
  const int count = field.high - field.low + 1;
  const int length = high >= low ? high - low : high - low + count;
  for (int i = 0; i <= length; i += step) {
    const int value = field.low + (low - field.low + i) % count;
    into.set(static_cast<std::size_t>(value));
  }
}

template <std::size_t N>
void parse_list(const Field& field, std::string_view text, std::bitset<N>& into) {
  for (const std::string& part : split(text, ',')) {
    const std::vector<std::string> stepped = split(part, '/');
    if (stepped.size() > 2) wrong(field, part);
    const int step = stepped.size() == 2 ? whole_number(field, stepped[1], 1, field.high) : 1;
    const std::vector<std::string> range = split(stepped[0], '-');
    if (range.size() > 2) wrong(field, part);
    if (stepped[0] == "*" || stepped[0] == "?") {
      add_range(field, into, field.low, field.high, step);
    } else {
      const int low = value_in(field, range[0]);
      const int open_end = stepped.size() == 2 ? field.high : low;  // 5/15 means 5-59/15
      add_range(field, into, low, range.size() == 2 ? value_in(field, range[1]) : open_end, step);
    }
  }
}

int days_in_month(int year, int month) {
  const std::chrono::year_month_day_last last{std::chrono::year(year) / month / std::chrono::last};
  return static_cast<int>(static_cast<unsigned>(last.day()));
}

// 1 is Sunday.
int weekday_of(int year, int month, int day) {
  return static_cast<int>(std::chrono::weekday(sys_days(std::chrono::year(year) / month / day)).c_encoding()) + 1;
}

// The weekday that is nearest to a day and in the same month.
int nearest_weekday(int year, int month, int day) {
  const int last = days_in_month(year, month);
  const int weekday = weekday_of(year, month, day);
  if (weekday == 7) return day > 1 ? day - 1 : day + 2;
  if (weekday == 1) return day < last ? day + 1 : day - 2;
  return day;
}

std::vector<std::string> words_in(const std::string& expression) {
  std::vector<std::string> words;
  for (const std::string& word : split(expression, ' '))
    if (!word.empty()) words.push_back(word);
  for (std::string& word : words)
    std::ranges::transform(word, word.begin(), [](unsigned char letter) { return std::toupper(letter); });
  return words;
}

}  // namespace

QuartzCron::QuartzCron(const std::string& expression) {
  const std::vector<std::string> words = words_in(expression);
  if (words.size() != 6 && words.size() != 7)
    throw std::invalid_argument("a Quartz cron expression has 6 or 7 fields, not " + std::to_string(words.size()));
  parse_list(kSeconds, words[0], seconds_);
  parse_list(kMinutes, words[1], minutes_);
  parse_list(kHours, words[2], hours_);
  parse_day_of_month(words[3]);
  parse_list(kMonth, words[4], months_);
  parse_day_of_week(words[5]);
  parse_list(kYear, words.size() == 7 ? words[6] : "*", years_);
  if ((words[3] == "?") == (words[5] == "?"))
    throw std::invalid_argument("exactly one of day-of-month and day-of-week must be ?");
}

void QuartzCron::parse_day_of_month(std::string_view text) {
  any_day_of_month_ = text == "*" || text == "?";
  if (text == "L") {
    days_before_last_ = 0;
  } else if (text.starts_with("L-")) {
    days_before_last_ = whole_number(kDayOfMonth, text.substr(2), 1, 30);
  } else if (text == "LW") {
    nearest_weekday_to_ = 0;
  } else if (text.ends_with('W')) {
    nearest_weekday_to_ = whole_number(kDayOfMonth, text.substr(0, text.size() - 1), 1, 31);
  } else {
    parse_list(kDayOfMonth, text, days_);
  }
}

void QuartzCron::parse_day_of_week(std::string_view text) {
  any_day_of_week_ = text == "*" || text == "?";
  const std::size_t number = text.find('#');
  if (number != std::string_view::npos) {
    nth_weekday_ = {value_in(kDayOfWeek, text.substr(0, number)),
                    whole_number(kDayOfWeek, text.substr(number + 1), 1, 5)};
  } else if (text.size() > 1 && text.ends_with('L')) {
    last_weekday_ = value_in(kDayOfWeek, text.substr(0, text.size() - 1));
  } else {
    parse_list(kDayOfWeek, text == "L" ? "SAT" : text, weekdays_);
  }
}

bool QuartzCron::fits_day_of_month(const Day& day) const {
  if (any_day_of_month_) return true;
  const int last = days_in_month(day.year, day.month);
  if (days_before_last_) return day.day == last - *days_before_last_;
  if (!nearest_weekday_to_) return days_.test(static_cast<std::size_t>(day.day));
  const int wanted = *nearest_weekday_to_ == 0 ? last : *nearest_weekday_to_;
  return wanted <= last && day.day == nearest_weekday(day.year, day.month, wanted);
}

bool QuartzCron::fits_day_of_week(const Day& day) const {
  if (any_day_of_week_) return true;
  const int weekday = weekday_of(day.year, day.month, day.day);
  if (last_weekday_) return weekday == *last_weekday_ && day.day + 7 > days_in_month(day.year, day.month);
  if (nth_weekday_) return weekday == nth_weekday_->first && (day.day - 1) / 7 + 1 == nth_weekday_->second;
  return weekdays_.test(static_cast<std::size_t>(weekday));
}

bool QuartzCron::fits(const Day& day) const {
  return months_.test(static_cast<std::size_t>(day.month)) && years_.test(static_cast<std::size_t>(day.year)) &&
         fits_day_of_month(day) && fits_day_of_week(day);
}

std::optional<std::int64_t> QuartzCron::next_second_of_day(std::int64_t from) const {
  for (std::int64_t second = from; second < 86400; ++second) {
    if (!hours_.test(static_cast<std::size_t>(second / 3600)))
      second += 3600 - second % 3600 - 1;
    else if (!minutes_.test(static_cast<std::size_t>(second / 60 % 60)))
      second += 60 - second % 60 - 1;
    else if (seconds_.test(static_cast<std::size_t>(second % 60)))
      return second;
  }
  return std::nullopt;
}

std::optional<std::int64_t> QuartzCron::next(std::int64_t time_ms, const TimeZone& zone) const {
  const std::int64_t now = time_ms / 1000;
  const std::int64_t local = now + zone.offset_at(now).count() + 1;
  sys_days date{days(local / 86400)};
  std::int64_t from = local % 86400;
  for (;; date += days(1), from = 0) {
    const std::chrono::year_month_day parts{date};
    const Day day{static_cast<int>(parts.year()), static_cast<int>(static_cast<unsigned>(parts.month())),
                  static_cast<int>(static_cast<unsigned>(parts.day()))};
    if (day.year > kLastYear) return std::nullopt;
    if (!fits(day)) continue;
    while (const std::optional<std::int64_t> second = next_second_of_day(from)) {
      const std::optional<std::int64_t> utc =
          zone.to_utc(date.time_since_epoch().count() * std::int64_t{86400} + *second);
      if (utc && *utc > now) return *utc * 1000;
      from = *second + 1;
    }
  }
}

}  // namespace brickwork::local
