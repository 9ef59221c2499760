#include <algorithm>
#include <iostream>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/jobs/launch.h"
#include "local/jobs/not_found.h"
#include "local/jobs/references.h"
#include "local/jobs/scheduler.h"

namespace brickwork::local {
namespace {

constexpr int kRunJobDepth = 3;
constexpr std::int64_t kLongestInQueueMs = std::int64_t{48} * 3'600'000;

template <class... Ts>
struct Overload : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overload(Ts...) -> Overload<Ts...>;  // clang 14 cannot deduce it by itself

std::int64_t max_concurrent_runs(const boost::json::object& settings) {
  return integer_field(settings, "max_concurrent_runs").value_or(1);
}

// What a run_job_task hands down: its own job_parameters, and of the parent's those that the child declares.
std::map<std::string, std::string> child_parameters(const Run& parent, const boost::json::object& run_job_task,
                                                    const boost::json::object& child_settings) {
  std::map<std::string, std::string> values;
  if (const boost::json::object* own = object_field(run_job_task, "job_parameters"))
    for (const auto& member : *own) values[std::string(member.key())] = reference_text(member.value());
  const boost::json::array* declared = array_field(child_settings, "parameters");
  if (declared == nullptr) return values;
  for (const boost::json::value& entry : *declared)
    for (const JobParameter& parameter : parent.job_parameters)
      if (required_text(entry.as_object(), "name") == parameter.name) values[parameter.name] = parameter.effective();
  return values;
}

}  // namespace

void Scheduler::start_or_queue(const EntryPointer& entry, const Launch& launch) {
  Run& run = entry->run;
  const std::int64_t limit = max_concurrent_runs(*run.settings);
  // The run itself is counted already.
  const bool full = run.run_type == "JOB_RUN" && static_cast<std::int64_t>(running_runs(run.job_id)) > limit;
  std::function<void(ActiveRun&)> first_step = [](ActiveRun& active) { active.begin(); };
  const bool may_wait = launch.queue.value_or(queue_enabled(*run.settings));
  const bool workspace_full = !full && may_wait && has_to_wait(launch);
  const bool queued = (full && limit > 0 && may_wait) || workspace_full;
  if (queued) {
    run.state = state_now(LifeCycle::kQueued,
                          "Queued due to reaching maximum concurrent runs of the job (" + std::to_string(limit) + ").");
    if (workspace_full) {
      run.state.message = "Queued due to reaching the limit of " + std::to_string(task_run_limit_) +
                          " active task runs in the workspace.";
      run.state.code = "ACTIVE_RUNS_LIMIT_REACHED";
    }
    first_step = [](ActiveRun&) {};
  } else if (full) {
    first_step = [limit](ActiveRun& active) {
      active.skip("Skipping this run because the limit of " + std::to_string(limit) +
                  " maximum concurrent runs has been reached.");
    };
  } else if (listener_.began) {
    listener_.began(run);
  }
  try {
    store(entry, first_step, /*with_settings=*/true, launch.idempotency_token);
  } catch (...) {
    active_.erase(run.run_id);
    throw;
  }
  if (queued) watch_queue(run);
}

void Scheduler::watch_queue(const Run& run) {
  clock_.call_at(run.start_time + kLongestInQueueMs, [this, run_id = run.run_id] { wake(run_id); });
}

bool Scheduler::waited_too_long(const Run& run) { return clock_.now_ms() >= run.start_time + kLongestInQueueMs; }

void Scheduler::step(const EntryPointer& entry, const std::function<void(ActiveRun&)>& change) {
  store(entry, change, /*with_settings=*/false);
}

void Scheduler::store(const EntryPointer& entry, const std::function<void(ActiveRun&)>& change, bool with_settings,
                      const std::string& token) {
  Run& run = entry->run;
  change(*entry->active);
  Effects effects = entry->active->take_effects();
  if (with_settings)
    for (const TaskRun& task : run.tasks) effects.changed_tasks.insert(task.run_id);
  for (const auto& [task_run_id, end] : effects.outputs) runs_.save_output(task_run_id, end);
  runs_.save(run, effects.changed_tasks, with_settings, token);
  for (const std::int64_t task_run_id : effects.changed_tasks) run_of_task_[task_run_id] = run.run_id;
  if (listener_.noticed)
    for (const Notice& notice : effects.notices) listener_.noticed(run, notice);
  for (Action& action : effects.actions) perform(entry, action);
  if (run.state.is_final()) finished(entry);
}

void Scheduler::perform(const EntryPointer& entry, Action& action) {
  const auto call = [this](std::function<void()> made) {
    const std::lock_guard lock(calls_mutex_);
    calls_.push_back(std::move(made));
  };
  std::visit(
      Overload{
          [&](StartTask& start) {
            call([this, task = std::move(start.task)]() mutable { start_on_executor(std::move(task)); });
          },
          [&](CancelTask& cancel) { call([this, id = cancel.task_run_id] { executor_.cancel(id); }); },
          [&](ReleaseCluster& release) { call([this, id = release.cluster_id] { executor_.cluster_released(id); }); },
          [&](ReleaseRun&) { call([this, id = entry->run.run_id] { executor_.run_released(id); }); },
          [&](WakeAt& at) { clock_.call_at(at.time_ms, [this, run_id = entry->run.run_id] { wake(run_id); }); },
          [&](StartChildRun& start) { start_child(entry, start); },
          [&](CancelChildRun& cancel) {
            const auto child = active_.find(cancel.child_run_id);
            if (child != active_.end()) step(EntryPointer(child->second), [](ActiveRun& active) { active.cancel(); });
          },
      },
      action);
}

void Scheduler::start_on_executor(TaskStart task) {
  const std::int64_t id = task.task_run_id;
  try {
    executor_.start(
        std::move(task), [this, id] { on_task_event(id, [id](ActiveRun& active) { active.task_running(id); }); },
        [this, id](TaskEnd end) {
          on_task_event(id, [id, &end](ActiveRun& active) { active.task_ended(id, std::move(end)); });
        });
  } catch (const std::exception& error) {
    TaskEnd end{.kind = TaskEnd::Kind::kInternal, .error = error.what()};
    on_task_event(id, [id, &end](ActiveRun& active) { active.task_ended(id, std::move(end)); });
  }
}

// A job below itself would wait for its own end as soon as it may run only once.
bool Scheduler::calls_itself(const EntryPointer& parent, std::int64_t job_id) {
  EntryPointer above = parent;
  while (above != nullptr && above->run.job_id != job_id)
    above = above->run.parent_task_run_id == 0 ? nullptr : find(above->run.parent_task_run_id);
  return above != nullptr;
}

void Scheduler::start_child(const EntryPointer& parent, const StartChildRun& request) {
  try {
    const std::int64_t job_id = required_integer(request.run_job_task, "job_id");
    const std::optional<Job> job = jobs_.find(job_id);
    if (!job) throw no_such_job(job_id);
    if (calls_itself(parent, job_id))
      throw invalid_parameter("The run_job_task calls job " + std::to_string(job_id) + ", which it is part of.");
    if (parent->run.depth >= kRunJobDepth)
      throw invalid_parameter("Run Job tasks can be nested " + std::to_string(kRunJobDepth) + " deep.");
    Launch launch{.job_id = job_id, .settings = job->settings, .trigger = "RUN_JOB_TASK"};
    launch.run_name = text_field(*job->settings, "name").value_or("Untitled");
    launch.parent_task_run_id = request.task_run_id;
    launch.depth = parent->run.depth + 1;
    launch.user_name = parent->run.user_name;
    launch.run_as = run_as(*job);
    launch.job_parameters = child_parameters(parent->run, request.run_job_task, *job->settings);
    const std::int64_t child_run_id = launch_locked(launch);
    if (parent->active == nullptr) return;
    step(parent, [&](ActiveRun& active) { active.child_started(request.task_run_id, child_run_id); });
  } catch (const ApiError& error) {
    TaskEnd end{.kind = TaskEnd::Kind::kInvalid, .error = error.what()};
    step(parent, [&](ActiveRun& active) { active.task_ended(request.task_run_id, std::move(end)); });
  }
}

void Scheduler::finished(const EntryPointer& entry) {
  if (entry->active == nullptr) return;  // an inner step was faster
  entry->active.reset();
  Run& run = entry->run;
  for (const TaskRun& task : run.tasks) run_of_task_.erase(task.run_id);
  active_.erase(run.run_id);
  keep_finished(entry);
  if (listener_.ended) listener_.ended(run);

  if (run.is_notebook_workflow()) {
    tell_notebook_ended(entry);
  } else if (const auto owner = run_of_task_.find(run.parent_task_run_id); owner != run_of_task_.end()) {
    const EntryPointer parent = active_.at(owner->second);
    step(parent, [&](ActiveRun& active) { active.child_ended(run.parent_task_run_id, run); });
  }
  start_queued(run.job_id);
  if (task_run_limit_ > 0) start_all_queued();
}

// First come, first served.
void Scheduler::start_queued(std::int64_t job_id) {
  while (true) {
    EntryPointer first;
    for (const auto& [run_id, entry] : active_) {
      const bool waits = entry->run.job_id == job_id && entry->run.state.life_cycle == LifeCycle::kQueued;
      if (waits && (first == nullptr || entry->order < first->order)) first = entry;
    }
    if (first == nullptr) return;
    const std::optional<Job> job = jobs_.find(job_id);
    const std::int64_t limit = max_concurrent_runs(job ? *job->settings : *first->run.settings);
    const bool of_job = first->run.run_type == "JOB_RUN";
    if (of_job && static_cast<std::int64_t>(running_runs(job_id)) >= std::max<std::int64_t>(limit, 1)) return;
    if (at_task_run_limit()) return;
    first->run.queue_ms = clock_.now_ms() - first->run.start_time;
    if (listener_.began) listener_.began(first->run);
    step(first, [](ActiveRun& active) { active.begin(); });
  }
}

void Scheduler::start_all_queued() {
  std::map<std::uint64_t, std::int64_t> jobs;  // in the order of their first queued run
  for (const auto& [run_id, entry] : active_)
    if (entry->run.state.life_cycle == LifeCycle::kQueued) jobs.emplace(entry->order, entry->run.job_id);
  for (const auto& [order, job_id] : jobs) start_queued(job_id);
}

bool Scheduler::at_task_run_limit() const {
  if (task_run_limit_ == 0) return false;
  std::int64_t executing = 0;
  for (const auto& [run_id, entry] : active_)
    executing += std::ranges::count_if(entry->run.tasks,
                                       [](const TaskRun& task) { return task.started && !task.state.is_final(); });
  return executing >= task_run_limit_;
}

// What a running task waits for begins at once: it would hold its own place against itself.
bool Scheduler::has_to_wait(const Launch& launch) const {
  return launch.parent_task_run_id == 0 && at_task_run_limit();
}

}  // namespace brickwork::local
