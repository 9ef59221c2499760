#pragma once

#include "runs/state/handle.h"
#include "runs/watch/progress.h"

namespace brickwork::runs {

// Progress of the verbs that start a run themselves: {handle} as soon as it is known, so that the host can write it
// down before anything else happens; {handle, state, changed} afterwards, and the decisions about repairs so far.
void tell_handle(const Progress& progress, const Handle& handle);
Progress with_handle(const Progress& progress, const Handle& handle,
                     std::shared_ptr<const json::array> decisions = nullptr);

// The state in a text that was told, by a watch or with a handle.
Object state_in(const std::string& told);

}  // namespace brickwork::runs
