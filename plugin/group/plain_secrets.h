#pragma once

#include "group/tree.h"

namespace brickwork::group {

// Warns of values that look like a password or token: whoever may see the job may read them. The findings say where,
// never what.
void check_plain_secrets(const Tree& tree, Findings& findings);

}  // namespace brickwork::group
