#include "local/jobs/retention.h"

namespace brickwork::local {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kDayMs = 24 * kHourMs;

}  // namespace

void forget_old_runs(Scheduler& scheduler, Clock& clock, int days) {
  const std::int64_t now = clock.now_ms();
  scheduler.remove_ended_before(now - days * kDayMs);
  clock.call_at(now + kHourMs, [&scheduler, &clock, days] { forget_old_runs(scheduler, clock, days); });
}

}  // namespace brickwork::local
