#pragma once

#include <functional>
#include <string>

#include "runs/state/handle.h"

namespace brickwork::runs {

// The one line that says why a task run failed, or empty when it was not read.
using ErrorHead = std::function<std::string(std::int64_t task_run_id)>;

// state/1 from runs/get with all its pages joined. `handle` gives the paths and their order.
Object state_of(const Handle& handle, const Object& run, const ErrorHead& error_head = {});

// The run ids of tasks that failed by themselves: only they have an error of their own to read.
std::vector<std::int64_t> failed_task_runs(const Handle& handle, const Object& run);

}  // namespace brickwork::runs
