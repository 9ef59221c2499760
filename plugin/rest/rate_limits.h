#pragma once

#include <map>
#include <string>
#include <string_view>

#include "engine/loop.h"

namespace brickwork {

// When the next request may go, for one rate. It does not wait; it says until when.
class TokenBucket {
 public:
  // A bucket that was left alone holds one second's worth.
  explicit TokenBucket(double per_second);

  // The moment at which one more request may go.
  Instant next(Instant now) const;
  // Takes that moment for one request.
  Instant reserve(Instant now);
  // The server asked for a pause: nobody goes before `until`, whatever was reserved.
  void pause(Instant until);
  Instant paused_until() const { return paused_until_; }

 private:
  std::chrono::nanoseconds interval_;
  std::chrono::nanoseconds burst_;
  Instant filled_{};  // reservations so far reach up to here
  Instant paused_until_{};
};

// The budget of one workspace: a bucket for each class of endpoints that Databricks limits on its own, with the limits
// it documents. What it does not document shares one bucket of the highest documented rate. Clients of one workspace
// may share one budget. The loop's thread only.
class RateLimits {
 public:
  // 0: the documented limits. Otherwise one bucket of this rate for everything.
  explicit RateLimits(double requests_per_second) : overall_(requests_per_second) {}

  TokenBucket& bucket(std::string_view method, std::string_view path);

 private:
  double overall_;
  std::map<std::string, TokenBucket, std::less<>> buckets_;
};

}  // namespace brickwork
