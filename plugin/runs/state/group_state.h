#pragma once

#include <string>
#include <vector>

#include "runs/wire/fields.h"

namespace brickwork::runs {

// `groups` of state/1: for each path, what its tasks (members of `tasks` of state/1) add up to. By the rule Databricks
// has for runs: a group fails with a failed leaf, and has succeeded_with_failures when only inner tasks failed.
json::array group_states(const std::vector<std::string>& groups, const json::array& tasks);

}  // namespace brickwork::runs
