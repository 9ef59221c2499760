#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "local/jobs/run.h"
#include "local/jobs/scheduler.h"

namespace brickwork::local {

// A run with one attempt of each task, none of them started. Throws ApiError for parameters that the job does not have.
Run new_run(const Launch& launch, std::int64_t time_ms);

// The declared job parameters with the given values; names that are not declared are refused.
std::vector<JobParameter> job_parameters(const boost::json::object& settings,
                                         const std::map<std::string, std::string>& values);

bool queue_enabled(const boost::json::object& settings);

}  // namespace brickwork::local
