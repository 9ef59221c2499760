#pragma once

#include "runs/wire/fields.h"

namespace brickwork::runs {

// What a host would show differently: times that merely pass do not count.
struct Changes {
  bool run = false;   // something about the run as a whole
  json::array paths;  // of the tasks and groups, in the order of the state
  bool any() const { return run || !paths.empty(); }
};

// Both are state/1; an empty `before` makes everything new.
Changes changes(const Object& before, const Object& now);

}  // namespace brickwork::runs
