#pragma once

#include <cstdint>

#include "local/api_error.h"

namespace brickwork::local {

// Jobs and runs that are not there: 400 INVALID_PARAMETER_VALUE, as production has it. Other texts speak of 404, so
// with BRICKWORK_LOCAL_NOT_FOUND=404 in the environment it is 404 RESOURCE_DOES_NOT_EXIST, and clients are tried with
// both.
ApiError no_such_job(std::int64_t job_id);
ApiError no_such_run(std::int64_t run_id);

}  // namespace brickwork::local
