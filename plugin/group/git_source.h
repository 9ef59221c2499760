#pragma once

#include "group/tree.h"

namespace brickwork::group {

// `git_source` of the job.
void check_git_source(const boost::json::object& job, Findings& findings);

// A task that takes its file from git, while it is read, in a job that has no git_source.
void check_without_git_source(const TaskMembers& members, const Place& place, Findings& findings);

}  // namespace brickwork::group
