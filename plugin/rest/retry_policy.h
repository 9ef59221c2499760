#pragma once

#include <chrono>
#include <optional>

#include "engine/http.h"

namespace brickwork {

// Whether the same request may reach the server twice.
enum class Repeat {
  kSafe,             // reads, writes whose second time changes nothing, starts that carry an idempotency token
  kStartsSomething,  // only when the server surely did not take the first one
  kFoundOutAfter  // likewise; whoever sends it finds out what became of one that broke, so that may happen more often
};

// What one attempt came to, as far as the next one depends on it.
struct Attempt {
  int number = 1;
  Reached reached = Reached::kAnswered;
  bool permanent = false;     // Outcome::permanent
  bool unknown_host = false;  // Outcome::unknown_host
  int http_status = 0;
  bool says_try_again = false;                           // the text of the error does, whatever its status
  std::optional<std::chrono::milliseconds> retry_after;  // the server's own wish
};

// Says whether a request is sent again, and after how long. It neither waits nor sends nor knows the time.
class RetryPolicy {
 public:
  struct Limits {
    int max_attempts = 8;
    // A slip of the pen in the host looks like a moment's weakness of the name service, and is the likelier of the two.
    int max_lookups = 4;
    std::chrono::milliseconds first_delay{500};
    std::chrono::milliseconds max_delay{30'000};
    // A server that wants to be left alone for longer is an answer for the caller, not something to sit out.
    std::chrono::milliseconds longest_wish{600'000};
  };

  explicit RetryPolicy(Limits limits) : limits_(limits) {}

  // The wait before the next attempt; nothing when this one was the last. `jitter` is uniform in [0, 1). A wait that
  // would outlast `time_left` is not begun: the caller learns the reason now instead of at its deadline.
  std::optional<std::chrono::milliseconds> next(const Attempt& attempt, Repeat repeat, double jitter,
                                                std::chrono::milliseconds time_left) const;

  // Whether another try might go better: what `Fault::retryable` says when there is none left.
  static bool transient(const Attempt& attempt);

 private:
  Limits limits_;
};

}  // namespace brickwork
