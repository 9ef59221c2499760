#pragma once

#include <memory>

#include "rest/client.h"
#include "runs/watch/memory.h"
#include "runs/wire/fields.h"

namespace brickwork::runs {

using Run = std::shared_ptr<const Object>;

// runs/get with its repair history, all pages joined: ceil(tasks/100) requests. The history comes free of charge.
Task<Result<Run>> look(Context& context, RestClient& client, std::int64_t run_id, int max_attempts = 0,
                       Lane lane = Lane::kControl);

// A new outcome for all watchers. A run of null says that it goes on as before.
void report(Sweep& sweep, const Result<Run>& outcome, Loop& loop);

// Until there is an outcome of the sweep after number `seen`, or until `due`. The caller holds the sweep.
Task<Status> outcome_until(Context& context, Sweep& sweep, std::uint64_t seen, Instant due);

// The next outcome of the sweep after number `seen`; 0 takes the latest good one. Of all that wait at the same time one
// asks, once; when that one is cancelled or its login is another by now, another asks in its place.
Task<Result<Run>> next_look(Context& context, RestClient& client, std::shared_ptr<Sweep> sweep, std::int64_t run_id,
                            std::uint64_t seen, int max_attempts);

}  // namespace brickwork::runs
