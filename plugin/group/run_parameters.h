#pragma once

#include "group/tree.h"

namespace brickwork::group {

// Members that belong to a run and not to a job: `launch`, the values that run-now took before there were job
// parameters, and what a run_job_task hands to its run.
void check_run_parameters(const Tree& tree, Findings& findings);

}  // namespace brickwork::group
