#pragma once

#include "local/jobs/routes.h"
#include "local/resources/permission_store.h"

namespace brickwork::local {

// Lets only those through to the routes of jobs and runs whom the job's permissions allow it, keeps what
// access_control_list says, and shows in lists what the caller may see. Called after add_jobs. A job's permissions are
// looked at before the job is: who may not see it does not learn whether it is there.
void add_job_access(Router& router, const JobsRoom& room, PermissionStore& permissions, UserStore& users);

}  // namespace brickwork::local
