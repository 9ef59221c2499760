#pragma once

#include <span>

#include "group/compile.h"
#include "group/dependencies.h"
#include "group/tree.h"

namespace brickwork::group {

// The references {{...}} in what tasks are given: to tasks that are not there or not upstream, to job parameters that
// are not declared, to the input of a loop outside of one, to names that Databricks does not have. All of them are
// warnings: text in braces may also be meant for somebody else. `dependencies` may be null when there are none yet.
void check_dynamic_values(const Tree& tree, std::span<const CompiledTask> tasks, const Dependencies* dependencies,
                          Findings& findings);

}  // namespace brickwork::group
