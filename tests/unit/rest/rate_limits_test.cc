#include "rest/rate_limits.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <functional>

namespace brickwork {
namespace {

using namespace std::chrono_literals;

const Instant kBegin = Instant{} + 1000s;

// How many of a lane may go at this moment.
int take_all(TokenBucket& bucket, Instant now, Lane lane = Lane::kControl) {
  int count = 0;
  while (count < 10'000 && bucket.take(now, lane)) ++count;
  return count;
}

TEST(TokenBucket, LetsOneSecondsWorthGoAtOnceAndThenTheRate) {
  TokenBucket bucket(10);
  EXPECT_EQ(take_all(bucket, kBegin), 10);
  EXPECT_EQ(bucket.next(kBegin), kBegin + 100ms);
  EXPECT_EQ(take_all(bucket, kBegin + 100ms), 1);
  EXPECT_EQ(bucket.next(kBegin + 100ms), kBegin + 200ms);
}

TEST(TokenBucket, FillsUpAgainWhileNobodyAsks) {
  TokenBucket bucket(10);
  take_all(bucket, kBegin);
  EXPECT_EQ(take_all(bucket, kBegin + 300ms), 3);
  EXPECT_EQ(take_all(bucket, kBegin + 1h), 10);
}

TEST(TokenBucket, KeepsARateBelowOneASecond) {
  TokenBucket bucket(0.5);
  EXPECT_EQ(take_all(bucket, kBegin), 1);
  EXPECT_EQ(bucket.next(kBegin), kBegin + 2s);
}

TEST(TokenBucket, HoldsEverybodyBackWhileTheServerAsksForAPause) {
  TokenBucket bucket(10);
  bucket.pause(kBegin + 5s);
  bucket.pause(kBegin + 2s);
  EXPECT_EQ(bucket.next(kBegin), kBegin + 5s);
  EXPECT_FALSE(bucket.take(kBegin + 4s));
  EXPECT_EQ(bucket.next(kBegin + 6s), kBegin + 6s);
}

TEST(TokenBucket, KeepsAFifthForWhatHostsAskFor) {
  TokenBucket bucket(100);
  EXPECT_EQ(take_all(bucket, kBegin, Lane::kWatch), 80);
  EXPECT_EQ(take_all(bucket, kBegin, Lane::kOutput), 0);
  EXPECT_EQ(take_all(bucket, kBegin, Lane::kControl), 20);
  // What control took comes back to it before the others have theirs.
  EXPECT_EQ(bucket.next(kBegin, Lane::kWatch), kBegin + 210ms);
}

TEST(TokenBucket, GivesWatchesTheWholeRateWhileNobodyElseAsks) {
  TokenBucket bucket(100);
  int taken = take_all(bucket, kBegin, Lane::kWatch);
  for (int ms = 1; ms <= 1'000; ++ms) taken += take_all(bucket, kBegin + milliseconds(ms), Lane::kWatch);
  EXPECT_EQ(taken, 80 + 100);
}

TEST(TokenBucket, LetsControlPassBeforeWatchesOfTheSmallestBudget) {
  TokenBucket bucket(1);
  take_all(bucket, kBegin);
  const TokenBucket::Place control(bucket, Lane::kControl);
  EXPECT_EQ(bucket.next(kBegin, Lane::kControl), kBegin + 1s);
  EXPECT_FALSE(bucket.take(kBegin + 1s, Lane::kWatch));
  EXPECT_TRUE(bucket.take(kBegin + 1s, Lane::kControl));
}

TEST(TokenBucket, PlacesThoseWhoWaitBehindEachOther) {
  TokenBucket bucket(10);
  take_all(bucket, kBegin);
  {
    TokenBucket::Place first(bucket, Lane::kWatch), second(bucket, Lane::kWatch), output(bucket, Lane::kOutput);
    const Instant when = first.when(kBegin);
    EXPECT_EQ(when, bucket.next(kBegin, Lane::kWatch));
    EXPECT_EQ(second.when(kBegin), when + 200ms);  // in turn with the output
    EXPECT_EQ(output.when(kBegin), when);
    EXPECT_TRUE(bucket.has_queue(Lane::kWatch));
  }
  TokenBucket::Place later(bucket, Lane::kWatch);  // whoever left is not waited for
  EXPECT_EQ(later.when(kBegin), bucket.next(kBegin, Lane::kWatch));
}

TEST(TokenBucket, BelievesNoLevelThatCannotBe) {
  BudgetLevel level;
  level.filled_ns = std::int64_t{1} << 62;  // of another boot, or broken
  level.paused_until_ns = std::int64_t{1} << 62;
  TokenBucket bucket(10, &level);
  EXPECT_LE(bucket.next(kBegin), kBegin + 1s);
  EXPECT_EQ(take_all(bucket, kBegin + 2s), 10);
}

int burst(RateLimits& limits, const char* method, const char* path) {
  return take_all(limits.bucket(method, path), kBegin);
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

// ---- one budget for several processes

struct SharedBudget : testing::Test {
  std::string directory = testing::TempDir() + "rate-" + std::to_string(::getpid());
  ~SharedBudget() override { std::filesystem::remove_all(directory); }

  std::shared_ptr<SharedLevels> open() { return SharedLevels::open(directory, "https://one").value(); }

  // What the child did is its exit status.
  static pid_t child(const std::function<int()>& what) {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(what());
    return pid;
  }
  static int status_of(pid_t pid) {
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
};

constexpr char kList[] = "/api/2.2/jobs/runs/list";

TEST_F(SharedBudget, IsOneForTwoProcesses) {
  const pid_t other = child([&] {
    RateLimits limits(0, open());
    int taken = 0;
    while (taken < 60 && limits.bucket("GET", kList).take(kBegin)) ++taken;
    return taken;
  });
  EXPECT_EQ(status_of(other), 60);
  RateLimits limits(0, open());
  EXPECT_EQ(burst(limits, "GET", kList), 40);
  EXPECT_EQ(burst(limits, "GET", "/api/2.2/jobs/runs/get"), 100);  // another class
}

TEST_F(SharedBudget, PausesBothWhenTheServerAsksOne) {
  const pid_t other = child([&] {
    RateLimits limits(0, open());
    limits.bucket("GET", kList).pause(kBegin + 5s);
    return 0;
  });
  EXPECT_EQ(status_of(other), 0);
  RateLimits limits(0, open());
  EXPECT_EQ(limits.bucket("GET", kList).next(kBegin), kBegin + 5s);
}

TEST_F(SharedBudget, HoldsForProcessesThatTakeAtTheSameTime) {
  std::vector<pid_t> others;
  for (int i = 0; i < 4; ++i)
    others.push_back(child([&] {
      RateLimits limits(200, open());
      return burst(limits, "GET", kList);
    }));
  int taken = 0;
  for (const pid_t other : others) taken += status_of(other);
  EXPECT_EQ(taken, 200);
}

TEST_F(SharedBudget, GoesOnWhenAProcessIsKilledWhileItTakes) {
  for (int round = 0; round < 20; ++round) {
    int ready[2];
    ASSERT_EQ(::pipe(ready), 0);
    const pid_t other = child([&] {
      RateLimits limits(0, open());
      ::close(ready[1]);
      for (std::int64_t i = 0;; ++i) limits.bucket("GET", kList).take(kBegin + std::chrono::nanoseconds(i));
      return 0;
    });
    ::close(ready[1]);
    char byte = 0;
    static_cast<void>(!::read(ready[0], &byte, 1));  // ends when the child has begun
    ::close(ready[0]);
    ::kill(other, SIGKILL);
    EXPECT_EQ(status_of(other), -1);
    RateLimits limits(0, open());
    EXPECT_EQ(take_all(limits.bucket("GET", kList), kBegin + 1h * (round + 1)), 100);
  }
}

TEST_F(SharedBudget, IsNotKeptWhereOthersCanWrite) {
  std::filesystem::create_directory(directory);
  std::filesystem::permissions(directory, std::filesystem::perms::all);
  const auto refused = SharedLevels::open(directory, "https://one");
  EXPECT_EQ(refused.status().code(), Code::kInvalidArgument);
  EXPECT_EQ(refused.status()->pointer, "/rate/shared");
  std::filesystem::permissions(directory, std::filesystem::perms::owner_all);
  const std::string path = open()->path();
  EXPECT_EQ(std::filesystem::status(path).permissions() & std::filesystem::perms::mask,
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::filesystem::remove(path);
  std::filesystem::create_symlink("/etc/passwd", path);
  EXPECT_EQ(SharedLevels::open(directory, "https://one").status().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace brickwork
