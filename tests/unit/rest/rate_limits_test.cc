#include "rest/rate_limits.h"

#include <gtest/gtest.h>

namespace brickwork {
namespace {

using namespace std::chrono_literals;

const Instant kBegin = Instant{} + 1000s;

TEST(TokenBucket, LetsOneSecondsWorthGoAtOnceAndThenTheRate) {
  TokenBucket bucket(10);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(bucket.reserve(kBegin), kBegin) << i;
  EXPECT_EQ(bucket.reserve(kBegin) - kBegin, 100ms);
  EXPECT_EQ(bucket.reserve(kBegin) - kBegin, 200ms);
}

TEST(TokenBucket, FillsUpAgainWhileNobodyAsks) {
  TokenBucket bucket(10);
  for (int i = 0; i < 10; ++i) bucket.reserve(kBegin);
  EXPECT_EQ(bucket.next(kBegin + 300ms), kBegin + 300ms);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(bucket.reserve(kBegin + 300ms), kBegin + 300ms);
  EXPECT_EQ(bucket.reserve(kBegin + 300ms), kBegin + 400ms);
}

TEST(TokenBucket, KeepsARateBelowOneASecond) {
  TokenBucket bucket(0.5);
  EXPECT_EQ(bucket.reserve(kBegin), kBegin);
  EXPECT_EQ(bucket.reserve(kBegin), kBegin + 2s);
}

TEST(TokenBucket, HoldsEverybodyBackWhileTheServerAsksForAPause) {
  TokenBucket bucket(10);
  bucket.pause(kBegin + 5s);
  EXPECT_EQ(bucket.next(kBegin), kBegin + 5s);
  EXPECT_EQ(bucket.next(kBegin + 6s), kBegin + 6s);
}

// How many requests of one kind go before the first has to wait.
int burst(RateLimits& limits, const char* method, const char* path) {
  int count = 0;
  while (limits.bucket(method, path).reserve(kBegin) == kBegin) ++count;
  return count;
}

TEST(RateLimits, AreThoseThatDatabricksDocuments) {
  RateLimits limits(0);
  EXPECT_EQ(burst(limits, "POST", "/api/2.2/jobs/create"), 20);
  EXPECT_EQ(burst(limits, "POST", "/api/2.2/jobs/run-now"), 20);
  EXPECT_EQ(burst(limits, "POST", "/api/2.2/jobs/runs/submit"), 35);
  EXPECT_EQ(burst(limits, "GET", "/api/2.2/jobs/runs/get"), 100);
  EXPECT_EQ(burst(limits, "GET", "/api/2.0/dbfs/read"), 30);
  EXPECT_EQ(burst(limits, "GET", "/api/2.0/permissions/jobs/1"), 100);
  EXPECT_EQ(burst(limits, "PUT", "/api/2.0/permissions/jobs/2"), 30);
  EXPECT_EQ(burst(limits, "GET", "/api/2.0/workspace/export"), 60);
  EXPECT_EQ(burst(limits, "POST", "/api/2.0/workspace/import"), 30);
}

TEST(RateLimits, AreSharedByTheEndpointsOfOneClassOnly) {
  RateLimits limits(0);
  EXPECT_EQ(burst(limits, "GET", "/api/2.0/dbfs/read"), 30);
  EXPECT_EQ(burst(limits, "POST", "/api/2.0/dbfs/put"), 0);
  EXPECT_EQ(burst(limits, "POST", "/api/2.1/jobs/create"), 20);
  EXPECT_EQ(burst(limits, "POST", "/api/2.2/jobs/create"), 0);
}

TEST(RateLimits, AreOneForEverythingWhenTheHostSaysSo) {
  RateLimits limits(3);
  EXPECT_EQ(burst(limits, "GET", "/api/2.0/dbfs/read"), 3);
  EXPECT_EQ(burst(limits, "POST", "/api/2.2/jobs/create"), 0);
}

}  // namespace
}  // namespace brickwork
