#pragma once

#include <vector>

#include "rest/client.h"
#include "runs/state/state.h"
#include "runs/watch/look.h"

namespace brickwork::runs {

// runs/get-output of each task run, a few at a time, in the order given. Only task runs have output: Databricks answers
// 400 for the run itself, even when it has one task.
Task<std::vector<Result<Object>>> get_outputs(Context& context, RestClient& client,
                                              std::vector<std::int64_t> task_run_ids, int max_attempts = 0);

// Reads the error heads that `memory` does not have yet: one request for each, once in the life of a task run. Of very
// many only the first ones, as a look at a run must not become a thousand requests. What cannot be read
// now is left for the next time, what the server refuses stays empty.
Task<Status> read_error_heads(Context& context, RestClient& client, Memory& memory,
                              std::vector<std::int64_t> failed_task_run_ids);

// A look at the handle's run, of which the handle learns, and the error heads of what failed in it.
Task<Result<Run>> look_with_errors(Context& context, RestClient& client, Memory& memory, Handle* handle);

// What was read so far.
ErrorHead error_heads_of(const Memory& memory);

}  // namespace brickwork::runs
