#pragma once

#include "rest/client.h"
#include "runs/state/handle.h"
#include "runs/wire/fields.h"

namespace brickwork::runs {

// The repair that runs what was asked for.
struct Repaired {
  std::int64_t repair_id = 0;
  bool attached = false;  // somebody else had started it
};

// Sends the body of `plan`. There is no idempotency token for a repair, so after an answer that was lost the history is
// read before anything is sent again. Of hosts that repair at the same moment one starts it and the others get it;
// somebody else's repair that leaves out a task of the plan is ABORTED.
Task<Result<Repaired>> start_repair(Context& context, RestClient& client, Handle handle, Object plan);

}  // namespace brickwork::runs
