#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "local/jobs/time_zone.h"

namespace brickwork::local {

// A Quartz cron expression, the form of schedule.quartz_cron_expression: seconds minutes hours day-of-month month
// day-of-week [year], with * ? , - / L W # and names.
class QuartzCron {
 public:
  // Throws std::invalid_argument with a sentence that names the field at fault.
  explicit QuartzCron(const std::string& expression);

  // The first time after `time_ms` in that zone; nothing when there is none before 2100. An hour that the clocks leave
  // out is passed over, one that they show twice counts once.
  std::optional<std::int64_t> next(std::int64_t time_ms, const TimeZone& zone) const;

 private:
  struct Day {
    int year, month, day;
  };
  bool fits(const Day& day) const;
  bool fits_day_of_month(const Day& day) const;
  bool fits_day_of_week(const Day& day) const;
  std::optional<std::int64_t> next_second_of_day(std::int64_t from) const;
  void parse_day_of_month(std::string_view text);
  void parse_day_of_week(std::string_view text);

  std::bitset<60> seconds_, minutes_;
  std::bitset<24> hours_;
  std::bitset<13> months_;
  std::bitset<2100> years_;

  bool any_day_of_month_ = false;  // * or ?
  std::bitset<32> days_;
  std::optional<int> days_before_last_;    // L, L-3
  std::optional<int> nearest_weekday_to_;  // 15W; 0 for LW

  bool any_day_of_week_ = false;
  std::bitset<8> weekdays_;                         // 1 is Sunday
  std::optional<int> last_weekday_;                 // 6L
  std::optional<std::pair<int, int>> nth_weekday_;  // 6#3: the third Friday
};

}  // namespace brickwork::local
