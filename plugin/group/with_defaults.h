#pragma once

#include <span>

#include "group/compile.h"
#include "group/defaults.h"

namespace brickwork::group {

// What a task says together with what it inherits: computes that are missing, libraries that meet, timeouts and retries
// that cannot happen or happen too often.
// `choices` are those of each task.
void check_with_defaults(const Tree& tree, std::span<const TaskChoices> choices, const Defaults& defaults,
                         const Policy& policy, Findings& findings);

}  // namespace brickwork::group
