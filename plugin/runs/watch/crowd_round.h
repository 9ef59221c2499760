#pragma once

#include "runs/watch/look.h"

namespace brickwork::runs {

// Runs that go on are in no list of ends. So that their tasks are shown, and one that vanished is missed, all of them
// are gone through now and then, in rounds: by pages of the active runs, 24 for a request, and what those do not show,
// or not whole, by a look, one in a sweep.

// The part of a sweep that belongs to the round. A list that fails ends the round; the next one begins it anew.
Task<Status> round_in_sweep(Context& context, RestClient& client, Watching& watching);

// Looks of the crowd, told to the watchers. One that fails is repeated by the next sweep.
Task<Status> look_at_each(Context& context, RestClient& client, std::vector<std::shared_ptr<Sweep>> sweeps);

}  // namespace brickwork::runs
