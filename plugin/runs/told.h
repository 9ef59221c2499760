#pragma once

#include "runs/handle.h"
#include "runs/verbs.h"

namespace brickwork::runs {

// Progress of the verbs that start a run themselves: {handle} as soon as it is known, so that the host can write it
// down before anything else happens; {handle, state, changed} afterwards.
void tell_handle(const Progress& progress, const Handle& handle);
Progress with_handle(const Progress& progress, const Handle& handle);

}  // namespace brickwork::runs
