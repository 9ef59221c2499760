#include "rest/retry_policy.h"

#include <gtest/gtest.h>

#include "rest/retry_after.h"

namespace brickwork {
namespace {

using namespace std::chrono_literals;

constexpr auto kPlenty = 24h;
const RetryPolicy kPolicy({.max_attempts = 4, .first_delay = 100ms, .max_delay = 300ms});

Attempt answered(int http_status) { return {.http_status = http_status}; }

Attempt broken(Reached reached) { return {.reached = reached}; }

TEST(RetryPolicy, NeverRepeatsAStartThatMayHaveBeenTaken) {
  EXPECT_FALSE(kPolicy.next(broken(Reached::kMaybeTaken), Repeat::kStartsSomething, 0.5, kPlenty));
  EXPECT_FALSE(kPolicy.next(broken(Reached::kMaybeTaken), Repeat::kFoundOutAfter, 0.5, kPlenty));
  EXPECT_FALSE(kPolicy.next(answered(500), Repeat::kStartsSomething, 0.5, kPlenty));
  EXPECT_FALSE(kPolicy.next(answered(502), Repeat::kStartsSomething, 0.5, kPlenty));
  EXPECT_FALSE(kPolicy.next(answered(503), Repeat::kStartsSomething, 0.5, kPlenty));
  EXPECT_FALSE(kPolicy.next(answered(504), Repeat::kStartsSomething, 0.5, kPlenty));
}

TEST(RetryPolicy, RepeatsAStartThatWasSurelyNotTaken) {
  Attempt told_to_wait = answered(503);
  told_to_wait.retry_after = 1s;
  EXPECT_TRUE(kPolicy.next(broken(Reached::kNotSent), Repeat::kStartsSomething, 0.5, kPlenty));
  EXPECT_TRUE(kPolicy.next(answered(429), Repeat::kStartsSomething, 0.5, kPlenty));
  EXPECT_TRUE(kPolicy.next(told_to_wait, Repeat::kStartsSomething, 0.5, kPlenty));
}

TEST(RetryPolicy, RepeatsWhatIsSafeAfterEveryPassingWeakness) {
  EXPECT_TRUE(kPolicy.next(broken(Reached::kMaybeTaken), Repeat::kSafe, 0.5, kPlenty));
  EXPECT_TRUE(kPolicy.next(broken(Reached::kNotSent), Repeat::kSafe, 0.5, kPlenty));
  for (const int http_status : {408, 429, 500, 502, 503, 504})
    EXPECT_TRUE(kPolicy.next(answered(http_status), Repeat::kSafe, 0.5, kPlenty)) << http_status;
}

TEST(RetryPolicy, DoesNotArgueWithADecision) {
  for (const int http_status : {301, 400, 401, 403, 404, 409, 413, 501})
    EXPECT_FALSE(kPolicy.next(answered(http_status), Repeat::kSafe, 0.5, kPlenty)) << http_status;
  Attempt wrong_certificate = broken(Reached::kNotSent);
  wrong_certificate.permanent = true;
  EXPECT_FALSE(kPolicy.next(wrong_certificate, Repeat::kSafe, 0.5, kPlenty));
}

TEST(RetryPolicy, DoesNotLookForAHostThatIsNotThereForLong) {
  const RetryPolicy policy({.max_attempts = 100, .max_lookups = 3});
  Attempt unknown = broken(Reached::kNotSent);
  unknown.unknown_host = true;
  for (unknown.number = 1; unknown.number < 3; ++unknown.number)
    EXPECT_TRUE(policy.next(unknown, Repeat::kSafe, 0.5, kPlenty));
  EXPECT_FALSE(policy.next(unknown, Repeat::kSafe, 0.5, kPlenty));
}

TEST(RetryPolicy, ListensToATextThatAsksForAnotherTry) {
  Attempt attempt = answered(400);
  attempt.says_try_again = true;
  EXPECT_TRUE(kPolicy.next(attempt, Repeat::kSafe, 0.5, kPlenty));
  EXPECT_FALSE(kPolicy.next(attempt, Repeat::kStartsSomething, 0.5, kPlenty));
}

TEST(RetryPolicy, WaitsLongerEachTimeUpToTheCeiling) {
  Attempt attempt = answered(500);
  for (const auto ceiling : {100ms, 200ms, 300ms}) {
    EXPECT_EQ(kPolicy.next(attempt, Repeat::kSafe, 0.0, kPlenty), 0ms);
    EXPECT_EQ(kPolicy.next(attempt, Repeat::kSafe, 0.5, kPlenty), ceiling / 2);
    ++attempt.number;
  }
  EXPECT_FALSE(kPolicy.next(attempt, Repeat::kSafe, 0.5, kPlenty));
}

TEST(RetryPolicy, HoldsTheServersWishAndSpreadsBehindIt) {
  Attempt attempt = answered(429);
  attempt.retry_after = 7s;
  EXPECT_EQ(kPolicy.next(attempt, Repeat::kSafe, 0.0, kPlenty), 7000ms);
  EXPECT_EQ(kPolicy.next(attempt, Repeat::kSafe, 0.5, kPlenty), 7050ms);
}

TEST(RetryPolicy, DoesNotBeginAWaitThatOutlastsTheDeadline) {
  Attempt attempt = answered(429);
  attempt.retry_after = 7s;
  EXPECT_FALSE(kPolicy.next(attempt, Repeat::kSafe, 0.0, 7s));
  EXPECT_TRUE(kPolicy.next(attempt, Repeat::kSafe, 0.0, 7001ms));
}

TEST(RetryPolicy, DoesNotSitOutADayBecauseAServerSaidSo) {
  Attempt attempt = answered(503);
  attempt.retry_after = 24h;
  EXPECT_FALSE(kPolicy.next(attempt, Repeat::kSafe, 0.0, std::chrono::milliseconds::max()));
}

constexpr std::int64_t kNow = 784'111'777'000;  // Sun, 06 Nov 1994 08:49:37 GMT

TEST(RetryAfter, IsANumberOfSecondsOrADate) {
  EXPECT_EQ(parse_retry_after("0", kNow), 0ms);
  EXPECT_EQ(parse_retry_after("120", kNow), 120s);
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", kNow), 0ms);
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:50:07 GMT", kNow), 30s);
}

TEST(RetryAfter, OfAMomentThatIsOverIsNow) { EXPECT_EQ(parse_retry_after("Sat, 05 Nov 1994 00:00:00 GMT", kNow), 0ms); }

TEST(RetryAfter, OfGreatLengthIsAYear) {
  EXPECT_EQ(parse_retry_after("99999999999999999999999999", kNow), 366 * 24h);
  EXPECT_EQ(parse_retry_after("Fri, 01 Jan 2999 00:00:00 GMT", kNow), 366 * 24h);
}

TEST(RetryAfter, ThatIsNeitherIsNoWish) {
  for (const char* text : {"", " ", "soon", "-1", "1.5", "12 parsecs", "Sun, 31 Feb 1994 08:49:37 GMT",
                           "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06 Nox 1994 08:49:37 GMT", "06 Nov 1994"})
    EXPECT_FALSE(parse_retry_after(text, kNow)) << text;
}

}  // namespace
}  // namespace brickwork
