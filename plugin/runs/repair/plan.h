#pragma once

#include <string>
#include <vector>

#include "runs/state/handle.h"

namespace brickwork::runs {

// What a caller wants to be run again.
struct RepairWish {
  std::vector<std::string> task_keys;  // empty: all that did not succeed
  bool dependents = false;             // what depends on them, too, also when it succeeded
  Object parameters;                   // on top of those the run had
};

// plan/1: which tasks a repair would run again and why, what stays, and the body of runs/repair. Pure. `drift` is not
// in it: a run's document does not say what its job looks like now.
Object plan_of(const Handle& handle, const Object& run, const RepairWish& wish);

// The repair that goes on in a run and runs all that the plan would have wanted; 0 when there is none. Whoever asks for
// the same at the same moment gets the one that was first.
std::int64_t repair_under_way(const Handle& handle, const Object& run, const RepairWish& wish);

// The keys a plan reruns.
std::vector<std::string> rerun_keys(const Object& plan);

}  // namespace brickwork::runs
