#pragma once

#include "runs/insight/trace_parts.h"
#include "runs/state/state.h"

namespace brickwork::runs {

// A run as an ExportTraceServiceRequest of OTLP/JSON: the run, its groups, their tasks and the attempts of these, each
// a span below the one it is part of. Only what has ended is a span; ids are known before, so a later trace of the same
// run fits. A task is linked to the tasks it waited for.
Object otlp_of(const Handle& handle, const Object& run, const ErrorHead& error_head, const TraceWish& wish);

}  // namespace brickwork::runs
