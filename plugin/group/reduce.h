#pragma once

#include "group/defaults.h"
#include "group/dependencies.h"

namespace brickwork::group {

// Drops the dependencies that follow from others, so that the job does what it did with the fewest of them. One follows
// when its task waits for the other one by a longer way too, and when that way says as much: all along it tasks run
// only if what is before them succeeded. A dependency on an outcome, or of a task with a run_if of its own, never
// follows and leads no way.
void reduce(const Tree& tree, const Defaults& defaults, Dependencies& dependencies);

}  // namespace brickwork::group
