#pragma once

#include "group/compile.h"
#include "runs/handle.h"
#include "runs/unused_jobs.h"
#include "runs/verbs.h"

namespace brickwork::runs {

struct Launched {
  Handle handle;
  bool attached = false;
  bool created = false;
  bool reset = false;
  CleanupLimits cleanup;  // what a launch that made a job of a new definition may tidy up; at_most 0: nothing
};

// `group` of a request, compiled; what is wrong with it points into the request.
Result<group::Compiled> compiled_group(const Object& request);

// The steps of group.launch for callers that go on with the run.
Task<Result<Launched>> launch_group(Context& context, RestClient& client, Memory& memory, Object request);

}  // namespace brickwork::runs
