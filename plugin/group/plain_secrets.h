#pragma once

#include "group/tree.h"

namespace brickwork::group {

// Warns of values that look like a password or token: whoever may see the job may read them. The findings say where,
// never what.
void check_plain_secrets(const Tree& tree, Findings& findings);  // but for tasks

// Of one task, while it is read: a second walk over a large document costs as much as the first. True when a text of
// its kind has a brace, for who looks for references in them.
bool check_task_secrets(const ReadTask& task, const Place& place, Findings& findings);

}  // namespace brickwork::group
