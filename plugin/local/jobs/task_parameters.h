#pragma once

#include "local/jobs/run.h"
#include "local/workspace.h"

namespace brickwork::local {

struct PreparedTask {
  boost::json::object task;        // all of the task's settings; its *_task is resolved and merged
  boost::json::object parameters;  // widgets of a notebook
};

// Resolves the references of a task that is about to start and lays the run's parameters over its own: legacy run-now
// parameters first, then job parameters, which win. Throws ReferenceError.
PreparedTask prepare_task(const Workspace& workspace, const Run& run, const TaskRun& task);

}  // namespace brickwork::local
