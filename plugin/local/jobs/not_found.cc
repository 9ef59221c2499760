#include "local/jobs/not_found.h"

#include <cstdlib>
#include <string>

namespace brickwork::local {
namespace {

ApiError missing(const std::string& message) {
  static const char* const mode = std::getenv("BRICKWORK_LOCAL_NOT_FOUND");
  static const bool as_404 = mode != nullptr && std::string(mode) == "404";
  return as_404 ? does_not_exist(message) : invalid_parameter(message);
}

}  // namespace

ApiError no_such_job(std::int64_t job_id) { return missing("Job " + std::to_string(job_id) + " does not exist."); }
ApiError no_such_run(std::int64_t run_id) { return missing("Run " + std::to_string(run_id) + " does not exist."); }

}  // namespace brickwork::local
