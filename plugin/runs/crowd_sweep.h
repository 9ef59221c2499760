#pragma once

#include "runs/look.h"

namespace brickwork::runs {

// What one sweep asks about all runs that are watched, and whom it tells; crowd.h says who does it and when.

// Null when nobody watches that run.
std::shared_ptr<Sweep> watched(const Watching& watching, std::int64_t run_id);

// Everybody who is watched now. A copy: whoever is told may end, and leave.
std::vector<std::shared_ptr<Sweep>> all_watched(const Watching& watching);

// Reports what ended since the last sweep, and looks at a few that go on. A failure is reported to all, and returned; a
// list that is refused is remembered in the crowd.
Task<Status> sweep_once(Context& context, RestClient& client, Watching& watching);

}  // namespace brickwork::runs
