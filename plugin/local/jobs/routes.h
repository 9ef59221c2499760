#pragma once

#include <string>

#include "local/jobs/job_store.h"
#include "local/jobs/run_store.h"
#include "local/jobs/scheduler.h"
#include "local/jobs/settings.h"
#include "local/jobs/triggers.h"
#include "local/router.h"
#include "local/workspace.h"

namespace brickwork::local {

// What the handlers of jobs and runs share; all of it outlives the server.
struct JobsRoom {
  Workspace& workspace;
  JobStore& jobs;
  RunStore& runs;
  Scheduler& scheduler;
  Triggers& triggers;
};

// The Jobs API of 2.0, 2.1 and 2.2.
void add_jobs(Router& router, const JobsRoom& room);

// Only with --turn-clock: GET /api/brickwork/clock, and POST with advance_seconds to turn it forward.
void add_clock(Router& router, SystemClock& clock);

void add_job_routes(Router& router, const JobsRoom& room, const std::string& prefix, ApiVersion version);
void add_run_routes(Router& router, const JobsRoom& room, const std::string& prefix, ApiVersion version);
void add_start_routes(Router& router, const JobsRoom& room, const std::string& prefix, ApiVersion version);

}  // namespace brickwork::local
