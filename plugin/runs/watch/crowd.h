#pragma once

#include "runs/watch/look.h"

namespace brickwork::runs {

// A look at each run costs a request for each run. Where more than a few runs are watched, what ended since the last
// sweep is read from runs/list instead: one request a sweep, and one more for each 24 runs that ended. The runs that go
// on are gone through in rounds (crowd_round.h), so that their tasks are shown and nothing is lost for good.
//
// The list comes newest end first; that is checked in every page. Where it does not hold, the active runs are listed
// instead; where no list is allowed, every run is looked at by itself. The state says which it is, and why.
inline constexpr std::size_t kFewRuns = 8;
// A crowd stays one until so few are left that looks cost no more than its sweeps.
inline constexpr std::size_t kLastRuns = 2;

bool is_crowd(const Watching& watching, Instant now);

// The state's word for how the run is watched: {"by": ..., "reason": ...}.
Object watched_by(const Watching& watching, Instant now);

// Ok when there is an outcome of the sweep after number `seen`, or when there is no crowd any more. Of all that wait,
// one sweeps for all; when that one is cancelled or done, another goes on in its place. The caller holds the sweep.
Task<Status> wait_in_crowd(Context& context, RestClient& client, Sweep& sweep, std::uint64_t seen);

// The first state of watches that begin at the same time, from the list of active runs: one request for 24 of them.
// What is not in it has no outcome afterwards and is looked at by itself. Returns at once where only a few begin. True:
// no look is needed, because the run was started here a moment ago and its end is still to come into the list of ends.
Task<Result<bool>> gather(Context& context, RestClient& client, Watching& watching, std::shared_ptr<Sweep> sweep,
                          bool needs_state);

}  // namespace brickwork::runs
