#pragma once

#include <span>

#include "group/compile.h"
#include "group/defaults.h"
#include "group/dependencies.h"
#include "group/tree.h"

namespace brickwork::group {

// The references {{...}} in what tasks are given, themselves or by their groups, and in the defaults of job parameters:
// to tasks that are not there or not upstream, to job parameters that are not declared, to the input of a loop outside
// of one, to names that Databricks does not have, and those whose braces are wrong. All of them are warnings: text in
// braces may also be meant for somebody else. `dependencies` and `defaults` may be null when there are none yet.
void check_dynamic_values(const Tree& tree, std::span<const CompiledTask> tasks, const Dependencies* dependencies,
                          const Defaults* defaults, Findings& findings);

}  // namespace brickwork::group
