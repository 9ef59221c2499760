#pragma once

#include "local/jobs/references.h"
#include "local/jobs/run.h"
#include "local/workspace.h"

namespace brickwork::local {

// Everything that a reference in a task's settings can mean while the task is about to start.
ReferenceLookup references_of(const Workspace& workspace, const Run& run, const TaskRun& task);

// The same without a task: what the values of job parameters may use.
ReferenceLookup references_of(const Workspace& workspace, const Run& run);

}  // namespace brickwork::local
