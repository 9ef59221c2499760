#pragma once

#include <string>
#include <vector>

#include "group/compile.h"
#include "group/tree.h"

namespace brickwork::group {

// The path of each task and the task_key that Databricks will know it by. Where two paths would meet in one key, the
// keys are told apart and the document is warned.
std::vector<CompiledTask> keys_of(const Tree& tree, Findings& findings);

// Letters, digits, - and _, 1 to 100 of them.
bool is_task_key(std::string_view text);

// The part of a task key that a name becomes: what Databricks refuses becomes one _ for each run of it.
std::string fitted(std::string_view name);

}  // namespace brickwork::group
