#pragma once

#include <span>

#include "group/compile.h"
#include "group/tree.h"

namespace brickwork::group {

// Names that are told apart by capital letters alone: Databricks keeps them apart, people and file systems do not.
void check_case(const boost::json::object& job, std::span<const CompiledTask> tasks, const Tree& tree,
                Findings& findings);

}  // namespace brickwork::group
