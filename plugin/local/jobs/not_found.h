#pragma once

#include <cstdint>

#include "local/api_error.h"

namespace brickwork::local {

// Jobs and runs that are not there: 400 INVALID_PARAMETER_VALUE, as production has it. Other texts speak of 404, so
// with --jobs-not-found 404 it is 404 RESOURCE_DOES_NOT_EXIST, and clients are tried with both.
void answer_not_found_with_404(bool chosen);
ApiError no_such_job(std::int64_t job_id);
ApiError no_such_run(std::int64_t run_id);

}  // namespace brickwork::local
