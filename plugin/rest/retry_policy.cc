#include "rest/retry_policy.h"

#include <algorithm>
#include <cmath>

namespace brickwork {
namespace {

using std::chrono::milliseconds;

// 429 says that nothing was done. 503 says so only together with Retry-After: without it, it is also what a proxy in
// front of Databricks answers when the server behind it took the request and then lost the connection.
bool surely_not_taken(const Attempt& attempt) {
  if (attempt.reached == Reached::kNotSent) return true;
  if (attempt.reached == Reached::kMaybeTaken) return false;
  return attempt.http_status == 429 || (attempt.http_status == 503 && attempt.retry_after);
}

}  // namespace

bool RetryPolicy::transient(const Attempt& attempt) {
  if (attempt.permanent) return false;
  if (attempt.reached != Reached::kAnswered || attempt.says_try_again) return true;
  // 501 is a decision; every other 5xx may be a moment's weakness.
  return attempt.http_status == 408 || attempt.http_status == 429 ||
         (attempt.http_status >= 500 && attempt.http_status != 501);
}

std::optional<milliseconds> RetryPolicy::next(const Attempt& attempt, Repeat repeat, double jitter,
                                              milliseconds time_left) const {
  if (attempt.number >= limits_.max_attempts || !transient(attempt)) return std::nullopt;
  if (attempt.unknown_host && attempt.number >= limits_.max_lookups) return std::nullopt;
  if (repeat != Repeat::kSafe && !surely_not_taken(attempt)) return std::nullopt;
  if (attempt.retry_after > limits_.longest_wish) return std::nullopt;

  // Full jitter: a thousand watches that failed together must not come back together. The server's wish is a floor
  // under it, so that those who were told the same second still spread out behind it.
  const double ceiling = std::min(std::ldexp(static_cast<double>(limits_.first_delay.count()), attempt.number - 1),
                                  static_cast<double>(limits_.max_delay.count()));
  const milliseconds wait =
      attempt.retry_after.value_or(milliseconds(0)) + milliseconds(std::llround(ceiling * jitter));
  if (wait >= time_left) return std::nullopt;
  return wait;
}

}  // namespace brickwork
