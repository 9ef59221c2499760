#pragma once

#include <string_view>

#include "runs/wire/fields.h"

namespace brickwork::runs {

// What became of a run or a task, in one word of state/1. Both documents carry `state` (v1) and `status` (v2); either
// may be missing, and words that came after this library was built may stand in them.

// Only this ends a watch.
bool ended(const Object& run_or_task);

std::string_view run_verdict(const Object& run);
std::string_view task_verdict(const Object& task);

// Verdicts that a repair of everything that failed would run again.
bool wants_repair(std::string_view task_verdict);

}  // namespace brickwork::runs
