#pragma once

#include "runs/state/attempts.h"

namespace brickwork::runs {

// Where the time of a task run, or of several, went.
struct Spent {
  std::int64_t queue_ms = 0;
  std::int64_t setup_ms = 0;
  std::int64_t execution_ms = 0;
  std::int64_t cleanup_ms = 0;
  std::int64_t elapsed_ms = 0;

  Spent& operator+=(const Spent& other);
};

// From when a task run was under way to when it was done; {0, 0} for what waited or was skipped. What still goes on is
// done now.
struct Interval {
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
};
Interval interval_of(const Object& attempt, std::int64_t now_ms);

// Elapsed is the longer of end - start and the sum of the parts: whether a wait in a queue lies before or behind
// start_time is not documented, and a run that goes on has no parts yet.
Spent spent_by(const Object& attempt, std::int64_t now_ms);

// The time that at least one of them was under way.
std::int64_t together_ms(std::vector<Interval> intervals);

}  // namespace brickwork::runs
