#pragma once

#include <string>
#include <vector>

#include "rest/client.h"
#include "runs/wire/fields.h"

namespace brickwork::runs {

// Which saved jobs of job_identity "definition" may go.
struct CleanupLimits {
  std::string group;       // of the group of this name; empty: of any
  milliseconds after{0};   // made, and run for the last time, longer ago
  int at_most = 0;         // deleted in one go
  std::string but_digest;  // never this one
  int most_pages = 10;     // of jobs/list, a hundred jobs each
};

// Deletes saved jobs of definitions that nobody launches any more and returns their ids, the oldest first. Only jobs
// that carry our tags and a name made from their digest, that start by no schedule or trigger, have no active run and
// no young one. Ages are counted by the workspace's own clock: from the youngest job to be seen.
Task<Result<std::vector<std::int64_t>>> delete_unused_jobs(Context& context, RestClient& client, CleanupLimits limits);

}  // namespace brickwork::runs
