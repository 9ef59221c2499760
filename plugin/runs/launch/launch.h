#pragma once

#include "group/compile.h"
#include "runs/launch/unused_jobs.h"
#include "runs/state/handle.h"
#include "runs/watch/memory.h"

namespace brickwork::runs {

struct Launched {
  Handle handle;
  bool attached = false;      // as far as this client knows; see began_before
  std::int64_t begun_ms = 0;  // by the workspace's clock, a run of this launch began no earlier; 0: nobody can say
  bool created = false;
  bool reset = false;
  CleanupLimits cleanup;  // what a launch that made a job of a new definition may tidy up; at_most 0: nothing
};

// `group` of a request, compiled; what is wrong with it points into the request.
Result<group::Compiled> compiled_group(const Object& request);

// A launch whose request was found good, and of which nothing is sent yet.
struct PreparedLaunch {
  group::Compiled compiled;
  Launched launched;
  Object body;  // of run-now or runs/submit
};

// The steps of group.launch for callers that do more: between them, or with the run.
Result<PreparedLaunch> prepare_launch(Loop& loop, const RestClient& client, Memory& memory, const Object& request);
Task<Result<Launched>> start_launch(Context& context, RestClient& client, Memory& memory, PreparedLaunch prepared);

// Whether the run is older than the launch that returned it: another process had started it. Decided by the workspace's
// clock alone, from the date of an answer and the start of the run; an age below three seconds is not told apart.
bool began_before(const Launched& launched, const Object& run);

}  // namespace brickwork::runs
