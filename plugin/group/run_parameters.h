#pragma once

#include "group/tree.h"

namespace brickwork::group {

// Members that belong to a run and not to a job: `launch`, and the values that run-now took before there were job
// parameters.
void check_run_parameters(const Tree& tree, Findings& findings);

}  // namespace brickwork::group
