#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "runs/wire/fields.h"

namespace brickwork::runs {

// How long a task of a job takes, and by how much that differed lately.
struct TaskTime {
  std::int64_t mean_ms = 0;
  std::int64_t spread_ms = 0;
};
using TaskTimes = std::map<std::string, TaskTime, std::less<>>;  // by task_key

// Of the tasks of a run that succeeded.
void learn_times(TaskTimes& times, const Object& run);

// The next end of a task, where earlier runs tell it: not before `from_ms`, and most likely before `to_ms`, by the
// server's clock. `to_ms` is 0 when nothing is known.
struct NextEnd {
  std::int64_t from_ms = 0;
  std::int64_t to_ms = 0;
  bool is_of_all = false;  // no task runs of which less is known, or that should have ended by now
};
NextEnd next_end(const TaskTimes& times, const Object& run, std::int64_t now_ms);

}  // namespace brickwork::runs
