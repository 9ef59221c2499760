#pragma once

#include "runs/watch/look.h"

namespace brickwork::runs {

// What one sweep asks about all runs that are watched, and whom it tells; crowd.h says who does it and when.

// Reports what ended since the last sweep, and looks at a few that go on. A failure is reported to all, and returned; a
// list that is refused is remembered in the crowd.
Task<Status> sweep_once(Context& context, RestClient& client, Watching& watching);

}  // namespace brickwork::runs
