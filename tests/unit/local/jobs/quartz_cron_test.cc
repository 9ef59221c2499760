#include "local/jobs/quartz_cron.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>

namespace brickwork::local {
namespace {

using namespace std::chrono;

std::int64_t utc(int year, unsigned month, unsigned day, int hour = 0, int minute = 0, int second = 0) {
  const sys_days date = std::chrono::year(year) / static_cast<int>(month) / static_cast<int>(day);
  return milliseconds((date + hours(hour) + minutes(minute) + seconds(second)).time_since_epoch()).count();
}

std::optional<std::int64_t> next(const std::string& expression, std::int64_t after, const char* zone = "UTC") {
  return QuartzCron(expression).next(after, *TimeZone::find(zone));
}

TEST(QuartzCron, ComesNextAndNeverNow) {
  EXPECT_EQ(next("0 0 5 * * ?", utc(2026, 11, 21, 4, 59, 59)), utc(2026, 11, 21, 5));
  EXPECT_EQ(next("0 0 5 * * ?", utc(2026, 11, 21, 5)), utc(2026, 11, 22, 5));
  EXPECT_EQ(next("*/20 * * * * ?", utc(2026, 1, 1, 0, 0, 40)), utc(2026, 1, 1, 0, 1, 0));
  EXPECT_EQ(next("0 5/15 * ? * *", utc(2026, 1, 1, 0, 50)), utc(2026, 1, 1, 1, 5));
}

TEST(QuartzCron, KnowsWeekdaysByNumberAndName) {
  // 2026-11-21 is a Saturday; 1 is Sunday.
  EXPECT_EQ(next("0 0 0 ? * MON-FRI", utc(2026, 11, 21)), utc(2026, 11, 23));
  EXPECT_EQ(next("0 0 0 ? * 1", utc(2026, 11, 21)), utc(2026, 11, 22));
  EXPECT_EQ(next("0 0 0 ? * FRI-MON", utc(2026, 11, 23)), utc(2026, 11, 27));
  EXPECT_EQ(next("0 0 0 ? * L", utc(2026, 11, 21)), utc(2026, 11, 28));
}

TEST(QuartzCron, KnowsTheLastAndTheNthDayOfAMonth) {
  EXPECT_EQ(next("0 0 0 L * ?", utc(2028, 2, 1)), utc(2028, 2, 29));
  EXPECT_EQ(next("0 0 0 L-3 * ?", utc(2026, 11, 1)), utc(2026, 11, 27));
  EXPECT_EQ(next("0 0 0 ? * 6#3", utc(2026, 11, 1)), utc(2026, 11, 20));
  EXPECT_EQ(next("0 0 0 ? * 6L", utc(2026, 11, 1)), utc(2026, 11, 27));
  EXPECT_EQ(next("0 0 0 ? * 6#5", utc(2026, 11, 1)), utc(2027, 1, 29));
}

TEST(QuartzCron, MovesToTheNearestWeekdayWithinTheMonth) {
  EXPECT_EQ(next("0 0 0 15W * ?", utc(2026, 11, 1)), utc(2026, 11, 16));  // the 15th is a Sunday
  EXPECT_EQ(next("0 0 0 1W * ?", utc(2026, 8, 1) - 1), utc(2026, 8, 3));  // the 1st is a Saturday, July is not August
  EXPECT_EQ(next("0 0 0 LW * ?", utc(2026, 5, 1)), utc(2026, 5, 29));     // the 31st is a Sunday
}

TEST(QuartzCron, PassesOverAnHourThatClocksLeaveOutAndTakesADoubledOneOnce) {
  const char* zone = "Europe/Berlin";
  EXPECT_EQ(next("0 30 2 * * ?", utc(2026, 3, 28, 12), zone), utc(2026, 3, 30, 0, 30));
  const auto first = next("0 30 2 * * ?", utc(2026, 10, 24, 12), zone);
  EXPECT_EQ(first, utc(2026, 10, 25, 0, 30));
  EXPECT_EQ(next("0 30 2 * * ?", *first, zone), utc(2026, 10, 26, 1, 30));
}

TEST(QuartzCron, EndsWithItsYears) {
  EXPECT_EQ(next("0 0 0 1 1 ? 2030", utc(2026, 1, 1)), utc(2030, 1, 1));
  EXPECT_EQ(next("0 0 0 1 1 ? 2025", utc(2026, 1, 1)), std::nullopt);
  EXPECT_EQ(next("0 0 0 31 2 ?", utc(2026, 1, 1)), std::nullopt);
}

TEST(QuartzCron, RefusesWhatIsNotOne) {
  for (const char* wrong :
       {"", "0 0 5 * *", "0 0 5 * * *", "0 0 5 ? * ?", "60 0 5 * * ?", "0 0 24 * * ?", "0 0 0 32 * ?", "0 0 0 * FOO ?",
        "0 0 0 ? * 8", "0 0 0 ? * 6#6", "0 0/0 0 * * ?", "0 1-2-3 0 * * ?", "0 0 0 1W2 * ?", "0 0 0 * * ? 1969",
        "0 0 0 * * ? 2026 x", "a b c d e f"})
    EXPECT_THROW(QuartzCron{wrong}, std::invalid_argument) << wrong;
}

TEST(TimeZone, KnowsNamesAndNothingElse) {
  EXPECT_TRUE(TimeZone::find("America/New_York"));
  for (const char* wrong : {"", "Mars/Base", "../../etc/passwd", "/etc/passwd", "tzdata.zi", "Europe"})
    EXPECT_FALSE(TimeZone::find(wrong)) << wrong;
  EXPECT_EQ(TimeZone::find("Asia/Kathmandu")->offset_at(utc(2026, 1, 1) / 1000), minutes(345));
}

}  // namespace
}  // namespace brickwork::local
