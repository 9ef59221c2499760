#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "local/jobs/state.h"

namespace brickwork::local {

using SharedObject = std::shared_ptr<const boost::json::object>;

// One attempt of one task. Retries and repairs add attempts and never change an old one, so that whoever holds a task
// run id can always read what became of it.
struct TaskRun {
  std::int64_t run_id = 0;
  std::string task_key;
  int attempt = 0;          // attempt_number: grows with retries and repairs
  int retries_made = 0;     // since the start or the last repair
  SharedObject definition;  // the task's settings, as they were when the attempt was made
  State state;
  std::int64_t start_time = 0;
  std::int64_t end_time = 0;
  std::int64_t setup_ms = 0;
  std::int64_t execution_ms = 0;
  std::int64_t cleanup_ms = 0;
  std::string cluster_id;
  boost::json::object resolved;       // *_task with references resolved
  boost::json::object task_values;    // what it set
  std::string outcome;                // of a condition_task: "true" or "false"
  std::int64_t child_run_id = 0;      // of a run_job_task
  std::int64_t for_each_run_id = 0;   // of an iteration: the task run of its for_each_task
  boost::json::value input;           // of an iteration
  std::int64_t iterations_total = 0;  // of a for_each_task

  std::int64_t not_before = 0;  // while it is WAITING_FOR_RETRY

  bool warned = false;   // that it takes longer than its health rule wants
  bool started = false;  // handed to the executor, or past the point of being skipped
  bool canceling = false;
  bool timing_out = false;

  bool is_iteration() const { return for_each_run_id != 0; }
};

struct Repair {
  std::int64_t id = 0;  // 0: the original run
  std::int64_t start_time = 0;
  std::int64_t end_time = 0;
  State state;
  std::vector<std::int64_t> task_run_ids;
};

struct JobParameter {
  std::string name;
  std::string default_value;
  std::optional<std::string> value;  // when it was overridden

  const std::string& effective() const { return value ? *value : default_value; }
};

struct Run {
  std::int64_t run_id = 0;
  std::int64_t job_id = 0;
  std::string run_name;
  std::string run_type = "JOB_RUN";     // SUBMIT_RUN, WORKFLOW_RUN
  std::string trigger = "ONE_TIME";     // RUN_JOB_TASK, ...
  std::int64_t parent_task_run_id = 0;  // the run_job_task or, of a WORKFLOW_RUN, the notebook that started it
  int depth = 0;                        // of run_job_tasks above it
  std::string user_name;                // who started it
  std::string run_as;                   // whose permissions its tasks have
  SharedObject settings;                // of the job when the run, or its last repair, began
  State state;
  std::int64_t start_time = 0;
  std::int64_t end_time = 0;
  std::int64_t queue_ms = 0;
  bool canceling = false;
  bool timing_out = false;
  bool warned = false;  // as for a task; again after a repair
  std::vector<JobParameter> job_parameters;
  boost::json::object overriding_parameters;    // notebook_params, python_params, ...
  std::string git_commit;                       // what git_source meant when the run first looked
  std::map<std::string, std::string> clusters;  // job_cluster_key -> cluster_id, while they live
  std::deque<TaskRun> tasks;                    // every attempt; a deque, so that references outlive new attempts
  std::vector<Repair> repairs;                  // the first is the original run

  bool is_notebook_workflow() const { return run_type == "WORKFLOW_RUN"; }  // started by dbutils.notebook.run
  // git_source with the commit that the run reads, or nothing.
  std::optional<boost::json::object> git_source() const;
  // The newest attempt of a task, or null. Iterations of a for_each_task are not tasks of the run.
  TaskRun* latest(std::string_view task_key);
  const TaskRun* latest(std::string_view task_key) const;
  TaskRun* attempt(std::int64_t task_run_id);
  const TaskRun* attempt(std::int64_t task_run_id) const;
};

// The "notebook_task" of a task's settings; empty when it has none.
std::string_view kind_of(const boost::json::object& task);

boost::json::object to_json(const TaskRun& task);  // without its definition
TaskRun task_run_from_json(const boost::json::object& from);
boost::json::object to_json(const Run& run);  // without settings and tasks
Run run_from_json(const boost::json::object& from);

}  // namespace brickwork::local
