#pragma once

#include "rest/client.h"
#include "runs/wire/fields.h"

namespace brickwork::runs {

// Asks Databricks to stop a job run or a task run; answers before it has stopped. Stopping what has ended is no error.
Task<Status> cancel_run(Context& context, RestClient& client, std::int64_t run_id);

}  // namespace brickwork::runs
