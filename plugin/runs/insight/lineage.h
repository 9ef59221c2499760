#pragma once

#include "runs/insight/trace_parts.h"
#include "runs/state/state.h"

namespace brickwork::runs {

// A run as RunEvents of OpenLineage 2-0-2, in the order of their times: a START and, when it is over, a COMPLETE, FAIL
// or ABORT for the run and for each attempt of each task that ran. What was skipped has none. No parameters, no
// settings: these may hold what is not for a lineage store.
json::array lineage_of(const Handle& handle, const Object& run, const ErrorHead& error_head, const TraceWish& wish);

}  // namespace brickwork::runs
