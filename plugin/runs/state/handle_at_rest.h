#pragma once

#include "runs/state/handle.h"

namespace brickwork::runs {

// What a handle says beyond its run's state, as text: empty for a run that was known by its id. A watch that is parked
// keeps no more, because the state is kept anyway.
std::string at_rest(const Handle& handle, const Object& state);

// The handle again. `state` is the one that was given to `at_rest`, `host` the client's.
Handle awake(const std::string& rest, const Object& state, std::int64_t run_id, const std::string& host);

}  // namespace brickwork::runs
