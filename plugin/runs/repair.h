#pragma once

#include "runs/handle.h"
#include "runs/verbs.h"

namespace brickwork::runs {

// Sends the body of `plan`. There is no idempotency token for a repair, so after an answer that was lost the history is
// read before anything is sent again. A repair that somebody else started meanwhile is ABORTED.
Task<Result<std::int64_t>> start_repair(Context& context, RestClient& client, Handle handle, Object plan);

}  // namespace brickwork::runs
