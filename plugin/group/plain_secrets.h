#pragma once

#include "group/tree.h"

namespace brickwork::group {

// Warns of values that look like a password or token: whoever may see the job may read them. The findings say where,
// never what.
void check_plain_secrets(const Tree& tree, Findings& findings);  // but for tasks

// Of one task, while it is read: a second walk over a large document costs as much as the first.
void check_task_secrets(const TaskMembers& members, const Place& place, Findings& findings);

}  // namespace brickwork::group
