#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "local/executor.h"
#include "local/jobs/clock.h"
#include "local/jobs/run.h"
#include "local/jobs/run_if.h"
#include "local/jobs/task_parameters.h"

namespace brickwork::local {

struct StartTask {
  TaskStart task;
};
struct CancelTask {
  std::int64_t task_run_id;
};
struct ReleaseCluster {
  std::string cluster_id;
};
struct ReleaseRun {};
struct WakeAt {
  std::int64_t time_ms;
};
struct StartChildRun {
  std::int64_t task_run_id;
  boost::json::object run_job_task;  // resolved
};
struct CancelChildRun {
  std::int64_t child_run_id;
};
using Action = std::variant<StartTask, CancelTask, ReleaseCluster, ReleaseRun, WakeAt, StartChildRun, CancelChildRun>;

// Something that webhooks may want to hear of.
struct Notice {
  const char* event;             // on_start, on_success, ...
  std::int64_t task_run_id = 0;  // 0: the run itself
  bool tried_again = false;      // of a failed attempt: another one follows
};

// What a run wants done and kept after one step. The scheduler stores first and acts afterwards, so that nothing ever
// runs that a restart would not know.
struct Effects {
  std::vector<Action> actions;
  std::set<std::int64_t> changed_tasks;
  std::vector<std::pair<std::int64_t, TaskEnd>> outputs;
  std::vector<Notice> notices;
};

// Which tasks a repair runs again.
struct RepairPlan {
  std::int64_t repair_id = 0;
  std::vector<std::string> task_keys;
  SharedObject settings;  // the job's current ones
};

// One run on its way: knows which task may start, when a failed one is tried again, when time is up and what the run's
// result is. It does nothing itself; every call may leave effects to be taken.
class ActiveRun {
 public:
  // Builds the graph of `run`, whose tasks have at least one attempt each.
  ActiveRun(const Workspace& workspace, Clock& clock, Run& run);

  void begin();
  void task_running(std::int64_t task_run_id);
  void task_ended(std::int64_t task_run_id, TaskEnd end);
  void checked_out(const std::string& commit);
  bool may_set_task_value(std::int64_t task_run_id, const std::string& key);
  void child_started(std::int64_t task_run_id, std::int64_t child_run_id);
  void child_ended(std::int64_t task_run_id, const Run& child);
  void wake();  // looks at every deadline
  void cancel();
  void cancel_task(std::int64_t task_run_id);
  void repair(const RepairPlan& plan);
  void skip(const std::string& message);         // as one run too many
  void interrupted(const std::string& message);  // found executing after a restart

  Effects take_effects() { return std::exchange(effects_, {}); }

 private:
  struct Edge {
    std::string task_key;
    std::string outcome;  // of a condition_task; empty: any
  };
  struct Node {
    std::vector<Edge> upstream;
    std::vector<std::string> downstream;
    RunIf run_if = RunIf::kAllSuccess;
    TaskRun* latest = nullptr;
  };
  struct ForEach {
    std::vector<boost::json::value> inputs;
    std::size_t next = 0;
    std::size_t active = 0;
    std::size_t failed = 0;
    std::size_t concurrency = 1;
    bool starting = false;
  };

  // active_run.cc: the graph and the run's own state
  void build_graph();
  void settle();
  void evaluate(const Node& node);
  void finish();
  State final_state() const;
  State failed_state(const TaskRun& first_failed, bool skipped_some) const;

  // active_task.cc: one attempt from start to end
  void start(TaskRun& task);
  void start_kind(TaskRun& task, PreparedTask prepared);
  void end_with(TaskRun& task, TaskEnd::Kind kind, const std::string& error);
  void end(TaskRun& task, State state);
  bool retry(TaskRun& failed);
  TaskRun& add_attempt(const TaskRun& previous, SharedObject definition, int retries_made);
  State state_after(const TaskRun& task, const TaskEnd& end) const;
  void stop(TaskRun& task);
  void watch_deadline(const TaskRun& task);

  // health.cc: health rules, which warn and change nothing
  void watch_health();
  void watch_health(const TaskRun& task);
  void warn_of_slowness();
  std::int64_t execution_start() const;

  // task_start.cc: what the executor gets
  TaskStart task_start(TaskRun& task, PreparedTask prepared);
  ClusterUse cluster_of(TaskRun& task);
  void forget_cluster(const TaskRun& task);
  boost::json::object upstream_values(const TaskRun& task) const;

  // for_each.cc
  void start_for_each(TaskRun& task, const boost::json::object& for_each_task);
  void start_iterations(TaskRun& for_each);
  void iteration_ended(const TaskRun& iteration);

  void change(const TaskRun& task) { effects_.changed_tasks.insert(task.run_id); }
  std::int64_t run_deadline() const;
  std::int64_t task_deadline(const TaskRun& task) const;

  const Workspace& workspace_;
  Clock& clock_;
  Run& run_;
  std::map<std::string, Node, std::less<>> nodes_;
  std::deque<std::string> to_evaluate_;
  std::map<std::int64_t, ForEach> for_each_;
  std::size_t open_tasks_ = 0;  // whose latest attempt is not final
  Effects effects_;
};

}  // namespace brickwork::local
