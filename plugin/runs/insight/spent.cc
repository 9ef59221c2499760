#include "runs/insight/spent.h"

#include <algorithm>

#include "runs/state/verdict.h"

namespace brickwork::runs {
namespace {

std::int64_t duration(const Object& attempt, std::string_view name) {
  return std::max<std::int64_t>(0, number_or_zero(attempt, name));
}

bool was_under_way(std::string_view verdict) {
  return verdict != "waiting" && verdict != "skipped" && verdict != "upstream_failed" && verdict != "excluded" &&
         verdict != "disabled";
}

}  // namespace

Spent& Spent::operator+=(const Spent& other) {
  queue_ms += other.queue_ms;
  setup_ms += other.setup_ms;
  execution_ms += other.execution_ms;
  cleanup_ms += other.cleanup_ms;
  elapsed_ms += other.elapsed_ms;
  return *this;
}

Interval interval_of(const Object& attempt, std::int64_t now_ms) {
  const std::int64_t start = number_or_zero(attempt, "start_time");
  if (start <= 0 || !was_under_way(task_verdict(attempt))) return {};
  const std::int64_t end = ended(attempt) ? number_or_zero(attempt, "end_time") : now_ms;
  return {start, std::max(start, end)};
}

Spent spent_by(const Object& attempt, std::int64_t now_ms) {
  if (!was_under_way(task_verdict(attempt))) return {};
  Spent spent{.queue_ms = duration(attempt, "queue_duration"),
              .setup_ms = duration(attempt, "setup_duration"),
              .execution_ms = duration(attempt, "execution_duration"),
              .cleanup_ms = duration(attempt, "cleanup_duration")};
  const Interval interval = interval_of(attempt, now_ms);
  spent.elapsed_ms = std::max(interval.end_ms - interval.start_ms,
                              spent.queue_ms + spent.setup_ms + spent.execution_ms + spent.cleanup_ms);
  return spent;
}

std::int64_t together_ms(std::vector<Interval> intervals) {
  std::sort(intervals.begin(), intervals.end(),
            [](const Interval& one, const Interval& other) { return one.start_ms < other.start_ms; });
  std::int64_t total = 0;
  std::int64_t until = 0;
  for (const Interval& interval : intervals) {
    total += std::max<std::int64_t>(0, interval.end_ms - std::max(until, interval.start_ms));
    until = std::max(until, interval.end_ms);
  }
  return total;
}

}  // namespace brickwork::runs
