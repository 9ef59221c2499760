#include "local/fields.h"
#include "local/jobs/active_run.h"
#include "local/jobs/condition.h"
#include "local/jobs/references.h"

namespace brickwork::local {
namespace {

using boost::json::object;

constexpr std::size_t kTaskValueLimit = 250;

}  // namespace

void ActiveRun::start(TaskRun& task) {
  task.started = true;
  task.start_time = clock_.now_ms();
  task.state = state_now(LifeCycle::kPending);
  change(task);
  effects_.notices.push_back({"on_start", task.run_id});
  try {
    PreparedTask prepared = prepare_task(workspace_, run_, task);
    if (const std::string_view kind = kind_of(prepared.task); !kind.empty())
      task.resolved = object{{kind, prepared.task.at(kind)}};
    start_kind(task, std::move(prepared));
  } catch (const ReferenceError& error) {
    end_with(task, TaskEnd::Kind::kInvalid, error.what());
  } catch (const ConditionError& error) {
    end_with(task, TaskEnd::Kind::kFailed, error.what());
  }
}

void ActiveRun::start_kind(TaskRun& task, PreparedTask prepared) {
  const std::string kind(kind_of(prepared.task));
  watch_deadline(task);
  watch_health(task);
  if (kind == "condition_task") {
    task.outcome = evaluate_condition(prepared.task.at(kind).get_object()) ? "true" : "false";
    return end(task, state_success());
  }
  if (kind == "for_each_task") return start_for_each(task, prepared.task.at(kind).get_object());
  if (kind == "run_job_task") {
    effects_.actions.emplace_back(StartChildRun{task.run_id, prepared.task.at(kind).get_object()});
    return;
  }
  effects_.actions.emplace_back(StartTask{task_start(task, std::move(prepared))});
}

void ActiveRun::task_running(std::int64_t task_run_id) {
  TaskRun* task = run_.attempt(task_run_id);
  if (task == nullptr || task->state.is_final()) return;
  if (task->state.life_cycle == LifeCycle::kPending) task->state = state_now(LifeCycle::kRunning);
  if (run_.state.life_cycle == LifeCycle::kPending) run_.state = state_now(LifeCycle::kRunning);
  change(*task);
}

void ActiveRun::task_ended(std::int64_t task_run_id, TaskEnd task_end) {
  TaskRun* task = run_.attempt(task_run_id);
  if (task == nullptr || task->state.is_final()) return;
  if (run_.state.life_cycle == LifeCycle::kPending) run_.state = state_now(LifeCycle::kRunning);
  task->setup_ms = task_end.setup_ms;
  task->execution_ms = task_end.execution_ms;
  task->cleanup_ms = task_end.cleanup_ms;
  task->task_values = task_end.task_values;
  if (task_end.cluster_gone) forget_cluster(*task);
  const State state = state_after(*task, task_end);
  effects_.outputs.emplace_back(task_run_id, std::move(task_end));
  if (object_field(*task->definition, "new_cluster") != nullptr && !task->cluster_id.empty())
    effects_.actions.emplace_back(ReleaseCluster{task->cluster_id});
  end(*task, state);
  settle();
}

// The next task that asks for the key gets a cluster of its own making.
void ActiveRun::forget_cluster(const TaskRun& task) {
  std::erase_if(run_.clusters, [&](const auto& cluster) { return cluster.second == task.cluster_id; });
}

State ActiveRun::state_after(const TaskRun& task, const TaskEnd& task_end) const {
  using Kind = TaskEnd::Kind;
  const bool stopped = task_end.kind == Kind::kCanceled || task_end.kind == Kind::kFailed;
  if (stopped && task.timing_out)
    return state_timed_out("Timed out after " +
                           std::to_string(integer_field(*task.definition, "timeout_seconds").value_or(0)) +
                           " seconds.");
  if (stopped && task.canceling && run_.timing_out) return state_timed_out("Run timed out.");
  if (stopped && task.canceling) return state_canceled("Run cancelled.");
  const auto failed = [&](LifeCycle life_cycle, const char* code, const char* type) {
    return state_failed(life_cycle, task_end.error, code, type);
  };
  switch (task_end.kind) {
    case Kind::kSuccess:
      return state_success(task_end.note);
    case Kind::kFailed:
      return state_failed(LifeCycle::kTerminated, std::string(kWorkloadFailed), "RUN_EXECUTION_ERROR", "CLIENT_ERROR");
    case Kind::kClusterError:
      return failed(LifeCycle::kInternalError, "CLUSTER_ERROR", "CLIENT_ERROR");
    case Kind::kLibraryError:
      return failed(LifeCycle::kInternalError, "LIBRARY_INSTALLATION_ERROR", "CLIENT_ERROR");
    case Kind::kNotFound:
      return failed(LifeCycle::kInternalError, "RESOURCE_NOT_FOUND", "CLIENT_ERROR");
    case Kind::kInvalid:
      return failed(LifeCycle::kInternalError, "INVALID_RUN_CONFIGURATION", "CLIENT_ERROR");
    case Kind::kNotSupported:
      return failed(LifeCycle::kInternalError, "FEATURE_DISABLED", "CLIENT_ERROR");
    case Kind::kCheckoutFailed:
      return failed(LifeCycle::kInternalError, "REPOSITORY_CHECKOUT_FAILED", "CLIENT_ERROR");
    case Kind::kCanceled:
      return state_failed(LifeCycle::kInternalError, "The task was ended from outside the workspace.", "DRIVER_ERROR",
                          "CLOUD_FAILURE");
    case Kind::kInternal:
      break;
  }
  return failed(LifeCycle::kInternalError, "INTERNAL_ERROR", "INTERNAL_ERROR");
}

void ActiveRun::end_with(TaskRun& task, TaskEnd::Kind kind, const std::string& error) {
  TaskEnd task_end{.kind = kind, .error = error};
  State state = state_after(task, task_end);
  state.message = error;
  effects_.outputs.emplace_back(task.run_id, std::move(task_end));
  end(task, std::move(state));
}

void ActiveRun::end(TaskRun& task, State state) {
  task.state = std::move(state);
  task.end_time = clock_.now_ms();
  if (!task.started) task.start_time = task.end_time;
  change(task);
  const std::size_t notice = effects_.notices.size();
  effects_.notices.push_back({task.state.is_success() ? "on_success" : "on_failure", task.run_id});
  if (retry(task)) {
    effects_.notices[notice].tried_again = true;
    return;
  }
  if (task.is_iteration()) return iteration_ended(task);
  --open_tasks_;
  for (const std::string& key : nodes_.find(task.task_key)->second.downstream) to_evaluate_.push_back(key);
}

bool ActiveRun::retry(TaskRun& failed) {
  if (run_.canceling || failed.canceling || !failed.started) return false;
  const object& definition = *failed.definition;
  const bool timed_out = failed.state.result == Result::kTimedOut;
  if (failed.state.result != Result::kFailed && !timed_out) return false;
  if (timed_out && !flag_field(definition, "retry_on_timeout").value_or(false)) return false;
  if (definition.contains("condition_task")) return false;  // it would come out the same, for ever
  // Trying again cannot make a feature appear or a reference right.
  if (failed.state.code == "FEATURE_DISABLED" || failed.state.code == "INVALID_RUN_CONFIGURATION") return false;
  const std::int64_t max_retries = integer_field(definition, "max_retries").value_or(0);
  if (max_retries >= 0 && failed.retries_made >= max_retries) return false;

  TaskRun& next = add_attempt(failed, failed.definition, failed.retries_made + 1);
  next.not_before = failed.start_time + integer_field(definition, "min_retry_interval_millis").value_or(0);
  if (next.not_before <= clock_.now_ms()) {
    start(next);
  } else {
    next.state = state_now(LifeCycle::kWaitingForRetry);
    effects_.actions.emplace_back(WakeAt{next.not_before});
  }
  return true;
}

TaskRun& ActiveRun::add_attempt(const TaskRun& previous, SharedObject definition, int retries_made) {
  TaskRun next;
  next.run_id = new_id();
  next.task_key = previous.task_key;
  next.attempt = previous.attempt + 1;
  next.retries_made = retries_made;
  next.definition = std::move(definition);
  next.for_each_run_id = previous.for_each_run_id;
  next.input = previous.input;
  next.start_time = clock_.now_ms();
  run_.tasks.push_back(std::move(next));
  TaskRun& added = run_.tasks.back();
  if (!added.is_iteration()) nodes_.find(added.task_key)->second.latest = &added;
  run_.repairs.back().task_run_ids.push_back(added.run_id);
  change(added);
  return added;
}

// Asks for the end of an attempt; one that has not begun ends at once.
void ActiveRun::stop(TaskRun& task) {
  if (!task.started) {
    task.canceling = true;
    return end(task, state_canceled("Run cancelled."));
  }
  if (task.canceling) return;
  task.canceling = !task.timing_out;
  task.state = state_now(LifeCycle::kTerminating);
  change(task);
  if (task.child_run_id != 0) {
    effects_.actions.emplace_back(CancelChildRun{task.child_run_id});
  } else if (for_each_.contains(task.run_id)) {
    for (std::size_t i = 0; i < run_.tasks.size(); ++i)
      if (run_.tasks[i].for_each_run_id == task.run_id && !run_.tasks[i].state.is_final()) stop(run_.tasks[i]);
  } else {
    effects_.actions.emplace_back(CancelTask{task.run_id});
  }
}

void ActiveRun::watch_deadline(const TaskRun& task) {
  if (const std::int64_t deadline = task_deadline(task)) effects_.actions.emplace_back(WakeAt{deadline});
}

// Only counts: what the task set comes with its end.
bool ActiveRun::may_set_task_value(std::int64_t task_run_id, const std::string& key) {
  TaskRun* task = run_.attempt(task_run_id);
  if (task == nullptr || task->state.is_final()) return false;
  std::size_t values = 0;
  for (const TaskRun& other : run_.tasks) {
    const auto node = nodes_.find(other.task_key);
    if (other.is_iteration() || (node != nodes_.end() && node->second.latest == &other))
      values += other.task_values.size();
  }
  if (values >= kTaskValueLimit && !task->task_values.contains(key)) return false;
  task->task_values[key];
  return true;
}

void ActiveRun::checked_out(const std::string& commit) {
  if (run_.git_commit.empty()) run_.git_commit = commit;
}

void ActiveRun::child_started(std::int64_t task_run_id, std::int64_t child_run_id) {
  TaskRun* task = run_.attempt(task_run_id);
  if (task == nullptr || task->state.is_final()) return;
  task->child_run_id = child_run_id;
  task_running(task_run_id);
}

void ActiveRun::child_ended(std::int64_t task_run_id, const Run& child) {
  TaskEnd task_end{.error = child.state.message};
  task_end.output = {{"run_job_output", object{{"run_id", child.run_id}}}};
  if (!child.state.is_success())
    task_end.kind = child.state.result == Result::kCanceled ? TaskEnd::Kind::kCanceled : TaskEnd::Kind::kFailed;
  TaskRun* task = run_.attempt(task_run_id);
  if (task != nullptr && task_end.kind == TaskEnd::Kind::kCanceled && !task->timing_out) task->canceling = true;
  task_ended(task_run_id, std::move(task_end));
}

}  // namespace brickwork::local
