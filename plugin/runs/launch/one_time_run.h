#pragma once

#include "group/compile.h"
#include "runs/wire/fields.h"

namespace brickwork::runs {

// job_identity "none": the body of runs/submit, which leaves no saved job behind. Fails with every member of the
// settings and of the request that a one-time run does not have, as dropping one in silence would run something else.
Result<Object> submit_body(const group::Compiled& compiled, const Object& request);

}  // namespace brickwork::runs
