#pragma once

#include "group/tree.h"

namespace brickwork::group {

// `git_source` of the job, and tasks that need one.
void check_git_source(const Tree& tree, Findings& findings);

}  // namespace brickwork::group
