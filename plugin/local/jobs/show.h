#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "local/executor.h"
#include "local/jobs/job_store.h"
#include "local/jobs/run.h"
#include "local/jobs/settings.h"
#include "local/workspace.h"

namespace brickwork::local {

// Jobs and runs as the API shows them.

inline constexpr std::int64_t kPageSize = 100;  // of the arrays inside one job or run, since 2.2

struct RunView {
  ApiVersion version = ApiVersion::k22;
  std::int64_t offset = 0;
  bool with_tasks = true;
  bool with_history = false;
  bool with_resolved_values = false;
};

boost::json::object show_run(const Workspace& workspace, const Run& run, const RunView& view);

// runs/get of a task run: the attempt shown as a run, with job_run_id naming the run that it belongs to.
boost::json::object show_task_run(const Workspace& workspace, const Run& run, const TaskRun& task, const RunView& view);

boost::json::object show_output(const Workspace& workspace, const Run& run, const TaskRun& task,
                                const std::optional<TaskEnd>& end);

struct JobView {
  ApiVersion version = ApiVersion::k22;
  std::int64_t offset = 0;
  bool with_tasks = true;
};

boost::json::object show_job(const Job& job, const JobView& view);

}  // namespace brickwork::local
