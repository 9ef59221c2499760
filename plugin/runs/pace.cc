#include "runs/pace.h"

#include <algorithm>

namespace brickwork::runs {

milliseconds poll_interval(const Object& request) {
  const std::int64_t wished = number_or_zero(request, "poll_ms");
  return milliseconds(wished <= 0 ? 5'000 : std::clamp<std::int64_t>(wished, 10, 3'600'000));
}

milliseconds pause(milliseconds interval, int failures, const Status& failure, double chance) {
  const int factor = failures == 0 ? 1 : std::min(1 << std::min(failures - 1, 2), 4);
  const double base = static_cast<double>(interval.count()) * factor * (0.95 + 0.1 * chance);
  milliseconds wait(static_cast<std::int64_t>(base));
  if (!failure.ok() && failure->retry_after) wait = std::max(wait, *failure->retry_after);
  return wait;
}

}  // namespace brickwork::runs
