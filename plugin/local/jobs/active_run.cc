#include "local/jobs/active_run.h"

#include <algorithm>

#include "local/fields.h"
#include "local/jobs/open_points.h"

namespace brickwork::local {
namespace {

const boost::json::array& tasks_of(const boost::json::object& settings) {
  static const boost::json::array none;
  const boost::json::array* tasks = array_field(settings, "tasks");
  return tasks == nullptr ? none : *tasks;
}

std::string sentence(const std::string& text) { return text.ends_with('.') ? text : text + "."; }

}  // namespace

ActiveRun::ActiveRun(const Workspace& workspace, Clock& clock, Run& run)
    : workspace_(workspace), clock_(clock), run_(run) {
  build_graph();
}

void ActiveRun::build_graph() {
  nodes_.clear();
  for (TaskRun& task : run_.tasks) {
    if (task.is_iteration()) continue;
    Node& node = nodes_[task.task_key];
    if (node.latest == nullptr || task.attempt >= node.latest->attempt) node.latest = &task;
  }
  for (const boost::json::value& entry : tasks_of(*run_.settings)) {
    const boost::json::object& task = entry.get_object();
    const std::string key = required_text(task, "task_key");
    const auto found = nodes_.find(key);
    if (found == nodes_.end()) continue;
    found->second.run_if = parse_run_if(text_field(task, "run_if").value_or("")).value_or(RunIf::kAllSuccess);
    const boost::json::array* depends_on = array_field(task, "depends_on");
    if (depends_on == nullptr) continue;
    for (const boost::json::value& dependency : *depends_on) {
      const std::string upstream = required_text(dependency.get_object(), "task_key");
      if (!nodes_.contains(upstream)) continue;
      found->second.upstream.push_back({upstream, text_field(dependency.get_object(), "outcome").value_or("")});
      nodes_.find(upstream)->second.downstream.push_back(key);
    }
  }
  open_tasks_ = static_cast<std::size_t>(
      std::ranges::count_if(nodes_, [](const auto& node) { return !node.second.latest->state.is_final(); }));
}

void ActiveRun::begin() {
  run_.state = state_now(LifeCycle::kPending);
  if (const std::int64_t deadline = run_deadline()) effects_.actions.emplace_back(WakeAt{deadline});
  watch_health();
  for (const auto& [key, node] : nodes_) to_evaluate_.push_back(key);
  settle();
}

// Starts or skips whatever can be decided now. A queue, not recursion: a thousand skipped tasks in a row are usual.
void ActiveRun::settle() {
  while (!to_evaluate_.empty()) {
    const std::string key = std::move(to_evaluate_.front());
    to_evaluate_.pop_front();
    evaluate(nodes_.find(key)->second);
  }
  if (open_tasks_ == 0 && !run_.state.is_final()) finish();
}

void ActiveRun::evaluate(const Node& node) {
  TaskRun& task = *node.latest;
  if (task.started || task.state.is_final() || task.state.life_cycle == LifeCycle::kWaitingForRetry || run_.canceling)
    return;
  std::vector<Upstream> upstreams;
  for (const Edge& edge : node.upstream) {
    const TaskRun& upstream = *nodes_.find(edge.task_key)->second.latest;
    if (!upstream.state.is_final()) return;
    upstreams.push_back({upstream.state.result, edge.outcome.empty() || edge.outcome == upstream.outcome});
  }
  switch (decide(node.run_if, upstreams)) {
    case Decision::kRun:
      return start(task);
    case Decision::kUpstreamFailed:
      return end(task, state_skipped(Result::kUpstreamFailed, "An upstream task failed."));
    case Decision::kUpstreamCanceled:
      return end(task, state_skipped(Result::kUpstreamCanceled, "An upstream task was canceled."));
    case Decision::kExcluded:
      return end(task, state_skipped(Result::kExcluded, "The run_if or condition of the task was not met."));
  }
}

void ActiveRun::finish() {
  run_.state = final_state();
  run_.end_time = clock_.now_ms();
  run_.repairs.back().state = run_.state;
  run_.repairs.back().end_time = run_.end_time;
  for (const auto& [key, cluster_id] : run_.clusters) effects_.actions.emplace_back(ReleaseCluster{cluster_id});
  run_.clusters.clear();
  if (object_field(*run_.settings, "git_source") != nullptr) effects_.actions.emplace_back(ReleaseRun{});
}

// Only leaves decide: a failure that a later task took care of is not the run's failure.
State ActiveRun::final_state() const {
  const TaskRun* first_failed = nullptr;
  std::string note;  // of the last task that has one
  bool leaf_failed = false, leaf_canceled = false, any_canceled = false, skipped_some = false;
  for (const TaskRun& task : run_.tasks) {
    if (task.is_iteration()) continue;
    const Node& node = nodes_.find(task.task_key)->second;
    if (node.latest != &task) continue;
    const Result result = task.state.result;
    const bool failed = result == Result::kFailed || result == Result::kTimedOut;
    const bool canceled = result == Result::kCanceled || result == Result::kUpstreamCanceled;
    if (failed && (first_failed == nullptr || task.end_time < first_failed->end_time)) first_failed = &task;
    if (result == Result::kSuccess && !task.state.message.empty()) note = task.state.message;
    skipped_some |= result == Result::kUpstreamFailed;
    any_canceled |= canceled;
    if (!node.downstream.empty()) continue;
    leaf_failed |= failed || result == Result::kUpstreamFailed;
    leaf_canceled |= canceled;
  }
  if (run_.timing_out && (any_canceled || first_failed != nullptr))
    return chosen("run-timeout") == "timedout" ? state_timed_out("Run timed out.") : state_canceled("Run timed out.");
  if (run_.canceling && any_canceled) return state_canceled("Run cancelled.");
  if (leaf_failed && first_failed != nullptr) return failed_state(*first_failed, skipped_some);
  if (leaf_canceled || leaf_failed) return state_canceled("Run cancelled.");
  if (first_failed != nullptr || any_canceled)
    return state_success_with_failures("Some tasks failed, all leaf tasks succeeded.");
  return state_success(std::move(note));
}

// INTERNAL_ERROR is what Databricks says of every failed run, whatever failed; clients turn on it.
State ActiveRun::failed_state(const TaskRun& first_failed, bool skipped_some) const {
  std::string message =
      "Task " + first_failed.task_key + " failed with message: " + sentence(first_failed.state.message);
  if (skipped_some) message += " This caused all downstream tasks to get skipped.";
  const bool timed_out = first_failed.state.result == Result::kTimedOut;
  return state_failed(LifeCycle::kInternalError, message, timed_out ? "RUN_EXECUTION_ERROR" : first_failed.state.code,
                      first_failed.state.type);
}

void ActiveRun::wake() {
  warn_of_slowness();
  const std::int64_t now = clock_.now_ms();
  const std::int64_t deadline = run_deadline();
  if (deadline != 0 && now >= deadline && !run_.canceling) {
    run_.timing_out = true;
    return cancel();
  }
  for (std::size_t i = 0; i < run_.tasks.size(); ++i) {
    TaskRun& task = run_.tasks[i];
    if (task.state.is_final()) continue;
    if (task.state.life_cycle == LifeCycle::kWaitingForRetry) {
      if (now >= task.not_before && !run_.canceling) start(task);
      continue;
    }
    const std::int64_t task_end = task_deadline(task);
    if (task_end == 0 || now < task_end || task.canceling || task.timing_out) continue;
    task.timing_out = true;
    stop(task);
  }
  settle();
}

void ActiveRun::cancel() {
  if (run_.state.is_final() || run_.canceling) return;
  run_.canceling = true;
  run_.state = state_now(LifeCycle::kTerminating, run_.timing_out ? "Run timed out." : "Cancelling the run.");
  for (std::size_t i = 0; i < run_.tasks.size(); ++i)
    if (!run_.tasks[i].state.is_final() && !run_.tasks[i].is_iteration()) stop(run_.tasks[i]);
  settle();
}

void ActiveRun::cancel_task(std::int64_t task_run_id) {
  TaskRun* task = run_.attempt(task_run_id);
  if (task == nullptr || task->state.is_final()) return;
  stop(*task);
  settle();
}

// A repair stays with the commit of its run, which shows one, unless the job has another git_source by now.
void ActiveRun::repair(const RepairPlan& plan) {
  const auto source_in = [](const SharedObject& settings) {
    const boost::json::value* source = settings->if_contains("git_source");
    return source == nullptr ? boost::json::value() : *source;
  };
  if (source_in(run_.settings) != source_in(plan.settings)) run_.git_commit.clear();
  run_.settings = plan.settings;
  run_.canceling = false;
  run_.timing_out = false;
  run_.end_time = 0;
  run_.repairs.push_back(
      {.id = plan.repair_id, .start_time = clock_.now_ms(), .state = state_now(LifeCycle::kPending)});
  for (const std::string& key : plan.task_keys) {
    const TaskRun& previous = *nodes_.find(key)->second.latest;
    SharedObject definition = previous.definition;
    for (const boost::json::value& task : tasks_of(*plan.settings))
      if (text_field(task.get_object(), "task_key") == key)
        definition = std::make_shared<const boost::json::object>(task.get_object());
    add_attempt(previous, std::move(definition), 0);
  }
  build_graph();
  for (const std::string& key : plan.task_keys)
    if (!nodes_.find(key)->second.upstream.empty())
      nodes_.find(key)->second.latest->state = state_now(LifeCycle::kBlocked);
  begin();
}

void ActiveRun::skip(const std::string& message) {
  run_.state = state_skipped(Result::kMaximumConcurrentRunsReached, message);
  run_.end_time = clock_.now_ms();
  run_.repairs.back().state = run_.state;
  run_.repairs.back().end_time = run_.end_time;
  for (TaskRun& task : run_.tasks) {
    task.state = run_.state;
    task.start_time = task.end_time = run_.end_time;
    change(task);
  }
}

void ActiveRun::interrupted(const std::string& message) {
  for (TaskRun& task : run_.tasks) {
    if (task.state.is_final()) continue;
    task.end_time = clock_.now_ms();
    if (task.started) {
      task.state = state_failed(LifeCycle::kInternalError, message, "INTERNAL_ERROR", "INTERNAL_ERROR");
      effects_.outputs.emplace_back(task.run_id, TaskEnd{.kind = TaskEnd::Kind::kInternal, .error = message});
    } else {
      task.state = state_skipped(Result::kUpstreamFailed, message);
    }
    change(task);
  }
  open_tasks_ = 0;
  finish();
  run_.state = state_failed(LifeCycle::kInternalError, message, "INTERNAL_ERROR", "INTERNAL_ERROR");
  run_.repairs.back().state = run_.state;
}

std::int64_t ActiveRun::run_deadline() const {
  const std::int64_t seconds = integer_field(*run_.settings, "timeout_seconds").value_or(0);
  if (seconds <= 0) return 0;
  return execution_start() + seconds * 1000;
}

std::int64_t ActiveRun::task_deadline(const TaskRun& task) const {
  const std::int64_t seconds = integer_field(*task.definition, "timeout_seconds").value_or(0);
  return seconds <= 0 || !task.started ? 0 : task.start_time + seconds * 1000;
}

}  // namespace brickwork::local
