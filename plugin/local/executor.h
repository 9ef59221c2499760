#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace brickwork::local {

// The cluster that a task runs on. Ids of job clusters are made by the scheduler, one for each job_cluster_key and run;
// the executor writes the cluster's record when it first hears of the id.
struct ClusterUse {
  std::string cluster_id;
  std::string name;              // "job-<job_id>-run-<run_id>-<key>"; empty for an existing cluster
  boost::json::object spec;      // new_cluster as the user wrote it; empty for an existing cluster
  bool existing = false;         // existing_cluster_id: the executor finds it, or ends the task with kClusterError
  std::int64_t shared_with = 0;  // dbutils.notebook.run: the cluster of this running task, whatever kind it is
};

struct TaskStart {
  std::int64_t job_id = 0;
  std::int64_t run_id = 0;       // of the job run
  std::int64_t task_run_id = 0;  // of this attempt; never used twice
  std::string job_name;
  std::string task_key;
  int attempt = 0;
  std::string run_page_url;

  // The task's settings with every {{reference}} resolved and with job and run-now parameters already laid over
  // notebook_task.base_parameters, python_wheel_task.named_parameters and the positional lists.
  boost::json::object task;
  // The widgets of a notebook: name -> string, after the same merge.
  boost::json::object parameters;
  // What tasks above this one set: {task_key: {key: value}}.
  boost::json::object task_values;

  ClusterUse cluster;               // cluster_id is empty for a task with an environment_key or with no compute
  boost::json::object environment;  // spec of the task's environment_key, or empty
  // Of the job. Once it is known, its git_snapshot.used_commit is what every task of the run reads.
  std::optional<boost::json::object> git_source;
  std::string user_name;
};

struct TaskEnd {
  enum class Kind {
    kSuccess,
    kFailed,          // the user's code failed
    kCanceled,        // answer to cancel()
    kClusterError,    // CLUSTER_ERROR: the cluster did not start or was lost
    kLibraryError,    // LIBRARY_INSTALLATION_ERROR
    kNotFound,        // RESOURCE_NOT_FOUND: no such notebook, file or query
    kInvalid,         // INVALID_RUN_CONFIGURATION
    kNotSupported,    // FEATURE_DISABLED: `error` names the feature
    kInternal,        // a fault of ours
    kCheckoutFailed,  // REPOSITORY_CHECKOUT_FAILED: git could not give what git_source names
  };
  struct View {
    std::string name;
    std::string type = "NOTEBOOK";  // or DASHBOARD
    std::string html;
  };

  Kind kind = Kind::kSuccess;
  std::string note;   // of a success: what the messages of the task and of its run say
  std::string error;  // one line, "<Exception>: <message>"
  std::string error_trace;
  bool cluster_gone = false;  // kClusterError: its cluster has ended, and whoever needs one of that key gets another
  std::string logs;           // stdout and stderr as they came, the last 5 MB
  bool logs_truncated = false;
  bool is_notebook = false;                    // get-output then has a notebook_output, even when it has no result
  std::optional<std::string> notebook_result;  // of dbutils.notebook.exit, the first 5 MB
  bool result_truncated = false;
  boost::json::object task_values;  // key -> value, what the task set; kept for a failed task too
  boost::json::object output;       // further members of get-output, such as sql_output
  std::int64_t setup_ms = 0;
  std::int64_t execution_ms = 0;
  std::int64_t cleanup_ms = 0;
  std::vector<View> views;  // for runs/export
};

// dbutils.notebook.run, as a running task asks for it.
struct NotebookRun {
  std::int64_t task_run_id = 0;  // of the task that asks, whose cluster the notebook shares
  std::string cluster_id;        // its name, when that task's cluster has one
  std::string path;
  boost::json::object arguments;  // name -> text
  std::int64_t timeout_seconds = 0;
  std::string user_name;
};

// What an executor has to ask and to tell while a task runs. It may be called from any thread with no lock of the
// executor held, and never calls back into the executor before it returns its answer through a callback.
class TaskHost {
 public:
  virtual ~TaskHost() = default;

  // A run of its own; `ended` is called once, from any thread.
  virtual void run_notebook(const NotebookRun& wanted, std::function<void(TaskEnd)> ended) = 0;
  // A notebook lives no longer than the task that asked for it.
  virtual void end_notebooks_of(std::int64_t task_run_id) = 0;
  // Counts a task value of the run; false when it has as many as it may have.
  virtual bool may_set_task_value(std::int64_t task_run_id, const std::string& key) = 0;
  // The commit that the branch or tag of git_source meant when the run first looked.
  virtual void checked_out(std::int64_t task_run_id, const std::string& commit) = 0;
};

// Runs tasks. The scheduler decides what starts, when, how often, and keeps every deadline; an executor knows one
// attempt of one task at a time.
class Executor {
 public:
  virtual ~Executor() = default;

  // Returns at once. `running` is called at most once, when the task's own code begins (cluster and libraries ready);
  // `done` exactly once. Both may be called from any thread, never from inside start() or cancel(), and with no lock of
  // the executor held: they come back with the next start() or cancel() on the same thread.
  virtual void start(TaskStart task, std::function<void()> running, std::function<void(TaskEnd)> done) = 0;

  // Ends the task's whole process tree; `done` follows, with kCanceled unless the task was faster. An id that is not
  // running is ignored.
  virtual void cancel(std::int64_t task_run_id) = 0;

  // No task of the run will use this job cluster again.
  virtual void cluster_released(const std::string& cluster_id) = 0;

  // The cluster of this task is taken away, as when its machine dies: all of its tasks end with kClusterError, and its
  // record says why it was terminated. An id that is not running is ignored.
  virtual void lose_cluster_of(std::int64_t task_run_id, const std::string& message) = 0;

  // What a running task has printed so far, where that is its output: not of a notebook. Empty when it is not running.
  virtual std::string printed_so_far(std::int64_t task_run_id) = 0;
  // The run has ended: what was checked out for it may go. A repair checks it out again.
  virtual void run_released(std::int64_t run_id) = 0;

  // Called once, before the first start(); the host outlives every task.
  virtual void serve(TaskHost& host) = 0;
};

}  // namespace brickwork::local
