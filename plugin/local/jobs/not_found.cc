#include "local/jobs/not_found.h"

#include <atomic>
#include <string>

namespace brickwork::local {
namespace {

std::atomic<bool> as_404{false};

ApiError missing(const std::string& message) { return as_404 ? does_not_exist(message) : invalid_parameter(message); }

}  // namespace

void answer_not_found_with_404(bool chosen) { as_404 = chosen; }

ApiError no_such_job(std::int64_t job_id) { return missing("Job " + std::to_string(job_id) + " does not exist."); }
ApiError no_such_run(std::int64_t run_id) { return missing("Run " + std::to_string(run_id) + " does not exist."); }

}  // namespace brickwork::local
