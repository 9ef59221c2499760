#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "runs/state/handle.h"
#include "runs/wire/fields.h"

namespace brickwork::runs {

// All that a run lists under one task_key: retries and repairs add entries, in no fixed order. Oldest first; the last
// one is what the task is now. Never empty.
using Attempts = std::vector<const Object*>;

// By task_key. Points into `run`.
using AttemptsByKey = std::unordered_map<std::string_view, Attempts>;
AttemptsByKey attempts_by_key(const Object& run);

// Those of the tasks that the handle names, which may be one of a thousand.
AttemptsByKey attempts_by_key(const Object& run, const Handle& handle);

}  // namespace brickwork::runs
