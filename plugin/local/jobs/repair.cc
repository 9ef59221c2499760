#include <set>

#include "local/api_error.h"
#include "local/jobs/launch.h"
#include "local/jobs/not_found.h"
#include "local/jobs/scheduler.h"
#include "local/jobs/task_graph.h"

namespace brickwork::local {
namespace {

// The lock against two repairs at once: whoever asks must have seen the last repair.
void check_latest_repair(const Run& run, const std::optional<std::int64_t>& latest_repair_id) {
  const std::int64_t latest = run.repairs.back().id;
  if (latest == 0) {
    if (!latest_repair_id || *latest_repair_id == 0) return;
    throw invalid_parameter("The run has not been repaired yet, so it has no latest repair ID.");
  }
  if (!latest_repair_id)
    throw invalid_parameter("The latest repair ID needs to be provided in order to create a new repair");
  if (*latest_repair_id != latest)
    throw invalid_parameter("The latest repair ID of the run is " + std::to_string(latest) + ", not " +
                            std::to_string(*latest_repair_id) + ".");
}

std::vector<std::string> tasks_to_rerun(const Run& run, const RepairRequest& request, const TaskGraph& graph) {
  std::set<std::string> keys(request.rerun_tasks.begin(), request.rerun_tasks.end());
  if (keys.size() < request.rerun_tasks.size())
    throw invalid_parameter("rerun_tasks cannot contain duplicate task keys.");
  for (const std::string& key : keys)
    if (run.latest(key) == nullptr)
      throw invalid_parameter("The task '" + key + "' does not exist in run " + std::to_string(run.run_id) + ".");
  if (request.rerun_all_failed_tasks) {
    for (const TaskRun& task : run.tasks)
      if (!task.is_iteration() && run.latest(task.task_key)->state.is_repairable()) keys.insert(task.task_key);
    // What was excluded below a task that runs again may not be excluded this time.
    for (const std::string& key : graph.all_downstream(keys))
      if (const TaskRun* task = run.latest(key); task != nullptr && task->state.result == Result::kExcluded)
        keys.insert(key);
  }
  if (request.rerun_dependent_tasks)
    for (const std::string& key : graph.all_downstream(keys))
      if (run.latest(key) != nullptr) keys.insert(key);

  std::vector<std::string> ordered;
  for (const TaskRun& task : run.tasks)
    if (!task.is_iteration() && keys.erase(task.task_key) > 0) ordered.push_back(task.task_key);
  return ordered;
}

}  // namespace

Scheduler::EntryPointer Scheduler::find_repairable(const RepairRequest& request) {
  EntryPointer entry = find(request.run_id);
  if (entry == nullptr || entry->run.run_id != request.run_id) throw no_such_run(request.run_id);
  if (entry->active != nullptr)
    throw invalid_state("Run " + std::to_string(request.run_id) +
                        " is active, a run in progress cannot be repaired. Wait for its end or cancel it.");
  check_latest_repair(entry->run, request.latest_repair_id);
  if (!request.rerun_tasks.empty() && request.rerun_all_failed_tasks)
    throw invalid_parameter("Only one of rerun_tasks and rerun_all_failed_tasks can be given.");
  return entry;
}

std::int64_t Scheduler::repair(const RepairRequest& request) {
  RepairPlan plan{.repair_id = new_id()};
  {
    const std::lock_guard lock(mutex_);
    const EntryPointer entry = find_repairable(request);
    Run& run = entry->run;
    const std::optional<Job> job = run.run_type == "JOB_RUN" ? jobs_.find(run.job_id) : std::nullopt;
    plan.settings = job ? job->settings : run.settings;
    plan.task_keys = tasks_to_rerun(run, request, TaskGraph(*plan.settings));
    if (plan.task_keys.empty()) throw invalid_parameter("The repair has no task to rerun.");
    if (!request.job_parameters.empty()) {
      std::map<std::string, std::string> values = request.job_parameters;
      for (const JobParameter& parameter : run.job_parameters)
        if (parameter.value) values.emplace(parameter.name, *parameter.value);
      run.job_parameters = job_parameters(*plan.settings, values);
    }
    if (!request.overriding_parameters.empty()) run.overriding_parameters = request.overriding_parameters;

    finished_.remove(entry);
    entry->order = ++launches_;
    entry->active = std::make_unique<ActiveRun>(workspace_, clock_, run);
    active_[run.run_id] = entry;
    for (const TaskRun& task : run.tasks) run_of_task_[task.run_id] = run.run_id;
    store(
        entry, [&](ActiveRun& active) { active.repair(plan); }, /*with_settings=*/true);
  }
  call_executor();
  return plan.repair_id;
}

}  // namespace brickwork::local
