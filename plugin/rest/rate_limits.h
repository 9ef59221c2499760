#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "engine/loop.h"
#include "engine/status.h"

namespace brickwork {

// Whose turn a request is. What a host asks for goes first: a storm of watches or outputs leaves it a fifth of every
// budget, and steps back as long as it waits. Those two share the rest alike.
enum class Lane : std::uint8_t { kControl, kWatch, kOutput };

// How far a budget is used up: all that processes have to share about it. Single numbers that are exchanged whole, so
// that whoever is killed at whatever moment leaves a budget that holds; it may have taken one request too many.
struct BudgetLevel {
  std::atomic<std::int64_t> filled_ns{0};  // what was taken so far reaches up to here, by the steady clock
  std::atomic<std::int64_t> paused_until_ns{0};
};

// When the next request may go, for one rate. It does not wait; it says until when. The loop's thread only, but for the
// level, which other processes may change.
class TokenBucket {
 public:
  // A bucket that was left alone holds one second's worth. Without a level of others it has its own.
  explicit TokenBucket(double per_second, BudgetLevel* shared = nullptr);

  // The moment at which one more request of this lane may go, if nobody else asks until then.
  Instant next(Instant now, Lane lane = Lane::kControl) const;
  // Takes one, if it may go now.
  bool take(Instant now, Lane lane = Lane::kControl);
  // The server asked for a pause: nobody goes before `until`.
  void pause(Instant until);

  // A request that has to wait: for as long as this exists those that come later do not overtake it.
  class Place {
   public:
    Place(TokenBucket& bucket, Lane lane);
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    // When to try, by the number of those before it. Others may be faster; then `next` says when to try again.
    Instant when(Instant now);

   private:
    TokenBucket& bucket_;
    const Lane lane_;
  };
  bool has_queue(Lane lane) const { return queue(lane).waiting > 0; }

 private:
  struct Queue {
    int waiting = 0;
    Instant last{};  // when the last of them will try
  };
  Queue& queue(Lane lane) { return queues_[static_cast<std::size_t>(lane)]; }
  const Queue& queue(Lane lane) const { return queues_[static_cast<std::size_t>(lane)]; }
  // Of what is written there only what can be true: the clock of another boot, or a broken file, holds nobody back.
  std::chrono::nanoseconds filled(std::chrono::nanoseconds now) const;
  std::chrono::nanoseconds paused_until(std::chrono::nanoseconds now) const;

  std::chrono::nanoseconds interval_;
  std::chrono::nanoseconds burst_;
  std::chrono::nanoseconds kept_for_control_;
  std::unique_ptr<BudgetLevel> own_;
  BudgetLevel* level_;
  std::array<Queue, 3> queues_;
};

// The levels of one workspace's budget in a file that processes of one user share. Kept by whoever uses it.
class SharedLevels {
 public:
  // In `directory`, which is made if need be and must be the user's alone; empty: a folder in memory, /dev/shm or /tmp.
  static Result<std::shared_ptr<SharedLevels>> open(std::string directory, const std::string& workspace);
  ~SharedLevels();
  SharedLevels(const SharedLevels&) = delete;
  SharedLevels& operator=(const SharedLevels&) = delete;

  static constexpr std::size_t kMost = 64;
  BudgetLevel* level(std::size_t number) { return &levels_[number]; }
  const std::string& path() const { return path_; }

 private:
  SharedLevels(std::string path, BudgetLevel* levels) : path_(std::move(path)), levels_(levels) {}
  std::string path_;
  BudgetLevel* levels_;
};

// The budget of one workspace: a bucket for each class of endpoints that Databricks limits on its own, with the limits
// it documents. What it does not document shares one bucket of the highest documented rate. Clients of one workspace
// may share one budget. The loop's thread only.
class RateLimits {
 public:
  // 0: the documented limits. Otherwise one bucket of this rate for everything.
  explicit RateLimits(double requests_per_second, std::shared_ptr<SharedLevels> shared = nullptr)
      : overall_(requests_per_second), shared_(std::move(shared)) {}

  TokenBucket& bucket(std::string_view method, std::string_view path);

 private:
  double overall_;
  std::shared_ptr<SharedLevels> shared_;
  std::map<std::size_t, TokenBucket> buckets_;  // by the number of the class
};

}  // namespace brickwork
