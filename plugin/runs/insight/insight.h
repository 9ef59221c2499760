#pragma once

#include <memory>

#include "runs/insight/cluster_use.h"

namespace brickwork::runs {

// Member `insight` of a request: true, or the rates that an estimate of DBU is made with. Null when it is not asked
// for; behind a pointer, because a watch keeps it as long as the run lives.
Result<std::shared_ptr<const Rates>> insight_wish(const Object& request);

// Member `insight` of state/1: where the time of a run went, from runs/get with all its pages joined. Computed when
// asked for, never kept: a parked watch keeps the state alone.
Object insight_of(const Handle& handle, const Object& run, const Rates& rates, std::int64_t now_ms);

}  // namespace brickwork::runs
