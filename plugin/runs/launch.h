#pragma once

#include "group/compile.h"
#include "runs/handle.h"
#include "runs/verbs.h"

namespace brickwork::runs {

struct Launched {
  Handle handle;
  bool attached = false;
  bool created = false;
  bool reset = false;
};

// `group` of a request, compiled; what is wrong with it points into the request.
Result<group::Compiled> compiled_group(const Object& request);

// The steps of group.launch for callers that go on with the run.
Task<Result<Launched>> launch_group(Context& context, RestClient& client, Memory& memory, Object request);

}  // namespace brickwork::runs
