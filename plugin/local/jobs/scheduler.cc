#include "local/jobs/scheduler.h"

#include <algorithm>
#include <iostream>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/jobs/launch.h"
#include "local/jobs/not_found.h"
#include "local/jobs/open_points.h"

namespace brickwork::local {
namespace {

// Of runs that have ended, so that the pages of a large run are not read from the store one by one.
constexpr std::size_t kFinishedTasksKept = 5000;

}  // namespace

Scheduler::Scheduler(const Workspace& workspace, JobStore& jobs, RunStore& runs, Executor& executor, Clock& clock)
    : workspace_(workspace), jobs_(jobs), runs_(runs), executor_(executor), clock_(clock) {
  executor_.serve(*this);
}

void Scheduler::stop() {
  const std::scoped_lock lock(mutex_, calls_mutex_);
  stopped_ = true;
  calls_.clear();
}

void Scheduler::recover() {
  {
    const std::lock_guard lock(mutex_);
    std::set<std::int64_t> queued_jobs;
    for (const std::int64_t run_id : runs_.active_runs()) {
      std::optional<Run> run = runs_.load(run_id);
      if (!run) continue;
      const EntryPointer entry = admit(std::move(*run));
      if (entry->run.state.life_cycle == LifeCycle::kQueued) {
        queued_jobs.insert(entry->run.job_id);
        watch_queue(entry->run);
        continue;
      }
      step(entry, [](ActiveRun& active) {
        active.interrupted(
            "The local workspace was stopped while the run was executing. Repair the run or start it again.");
      });
    }
    for (const std::int64_t job_id : queued_jobs) start_queued(job_id);
  }
  call_executor();
}

Scheduler::EntryPointer Scheduler::admit(Run run) {
  auto entry = std::make_shared<Entry>();
  entry->run = std::move(run);
  entry->order = ++launches_;
  entry->active = std::make_unique<ActiveRun>(workspace_, clock_, entry->run);
  for (const TaskRun& task : entry->run.tasks) run_of_task_[task.run_id] = entry->run.run_id;
  active_[entry->run.run_id] = entry;
  return entry;
}

std::int64_t Scheduler::launch(const Launch& launch) {
  std::int64_t run_id = 0;
  {
    const std::lock_guard lock(mutex_);
    run_id = launch_locked(launch);
  }
  call_executor();
  return run_id;
}

std::int64_t Scheduler::launch_locked(const Launch& launch) {
  if (!launch.idempotency_token.empty()) {
    if (const std::optional<std::int64_t> known = runs_.run_of_token(launch.idempotency_token)) {
      if (find(*known) == nullptr)
        throw invalid_parameter("The run of this idempotency token, " + std::to_string(*known) + ", was deleted.");
      return *known;
    }
  }
  if (!launch.queue.value_or(queue_enabled(*launch.settings)) && has_to_wait(launch))
    throw ApiError(429, "REQUEST_LIMIT_EXCEEDED",
                   "The workspace has reached the limit of " + std::to_string(task_run_limit_) +
                       " active task runs, and the run may not wait in a queue.");
  Run run = new_run(launch, clock_.now_ms());
  const std::int64_t run_id = run.run_id;
  const EntryPointer entry = admit(std::move(run));
  entry->notebook_ended = launch.notebook_ended;
  start_or_queue(entry, launch);
  return run_id;
}

std::size_t Scheduler::running_runs(std::int64_t job_id) const {
  return static_cast<std::size_t>(std::ranges::count_if(active_, [job_id](const auto& entry) {
    const Run& run = entry.second->run;
    return run.job_id == job_id && run.state.life_cycle != LifeCycle::kQueued;
  }));
}

Scheduler::EntryPointer Scheduler::find(std::int64_t run_or_task_run_id) {
  std::int64_t run_id = run_or_task_run_id;
  if (const auto owner = run_of_task_.find(run_id); owner != run_of_task_.end()) run_id = owner->second;
  if (const auto found = active_.find(run_id); found != active_.end()) return found->second;
  const std::optional<std::int64_t> stored = runs_.run_of(run_id);
  return stored ? load(*stored) : nullptr;
}

Scheduler::EntryPointer Scheduler::load(std::int64_t run_id) {
  const auto kept =
      std::ranges::find_if(finished_, [&](const EntryPointer& entry) { return entry->run.run_id == run_id; });
  if (kept != finished_.end()) {
    finished_.splice(finished_.begin(), finished_, kept);
    return finished_.front();
  }
  std::optional<Run> run = runs_.load(run_id);
  if (!run) return nullptr;
  auto entry = std::make_shared<Entry>();
  entry->run = std::move(*run);
  keep_finished(entry);
  return entry;
}

void Scheduler::keep_finished(const EntryPointer& entry) {
  finished_.push_front(entry);
  std::size_t tasks = 0;
  const auto too_old = std::ranges::find_if(finished_, [&](const EntryPointer& kept) {
    tasks += 1 + kept->run.tasks.size();
    return tasks > kFinishedTasksKept && kept != entry;
  });
  finished_.erase(too_old, finished_.end());
}

bool Scheduler::read(std::int64_t run_or_task_run_id, const std::function<void(const Run&)>& reader) {
  const std::lock_guard lock(mutex_);
  const EntryPointer entry = find(run_or_task_run_id);
  if (entry == nullptr) return false;
  reader(entry->run);
  return true;
}

void Scheduler::cancel(std::int64_t run_or_task_run_id) {
  {
    const std::lock_guard lock(mutex_);
    const EntryPointer entry = find(run_or_task_run_id);
    if (entry == nullptr) throw no_such_run(run_or_task_run_id);
    if (entry->active == nullptr && chosen("cancel-ended") == "refuse")
      throw invalid_parameter("Run " + std::to_string(run_or_task_run_id) + " has ended already.");
    if (entry->active != nullptr)
      step(entry, [&](ActiveRun& active) {
        if (entry->run.run_id == run_or_task_run_id)
          active.cancel();
        else
          active.cancel_task(run_or_task_run_id);
      });
  }
  call_executor();
}

void Scheduler::cancel_all(std::optional<std::int64_t> job_id, bool queued_only) {
  {
    const std::lock_guard lock(mutex_);
    std::vector<EntryPointer> chosen;
    for (const auto& [run_id, entry] : active_) {
      const bool queued = entry->run.state.life_cycle == LifeCycle::kQueued;
      if ((!job_id || entry->run.job_id == *job_id) && (queued || !queued_only)) chosen.push_back(entry);
    }
    // Queued ones first: ending a running one would start them.
    std::ranges::sort(chosen, std::greater(), [](const EntryPointer& entry) { return entry->order; });
    for (const EntryPointer& entry : chosen)
      if (entry->active != nullptr) step(entry, [](ActiveRun& active) { active.cancel(); });
  }
  call_executor();
}

void Scheduler::remove(std::int64_t run_id) {
  const std::lock_guard lock(mutex_);
  const EntryPointer entry = find(run_id);
  if (entry == nullptr || entry->run.run_id != run_id) throw no_such_run(run_id);
  if (entry->active != nullptr)
    throw invalid_state("Run " + std::to_string(run_id) + " is active and cannot be deleted. Cancel it first.");
  runs_.remove(run_id);
  finished_.remove(entry);
}

void Scheduler::remove_ended_before(std::int64_t time_ms) {
  const std::lock_guard lock(mutex_);
  for (const std::int64_t run_id : runs_.ended_before(time_ms)) {
    runs_.remove(run_id);
    finished_.remove_if([run_id](const EntryPointer& entry) { return entry->run.run_id == run_id; });
  }
}

bool Scheduler::has_active_run(std::int64_t job_id) {
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(active_, [job_id](const auto& entry) { return entry.second->run.job_id == job_id; });
}

void Scheduler::on_task_event(std::int64_t task_run_id, const std::function<void(ActiveRun&)>& change) {
  try {
    const std::lock_guard lock(mutex_);
    const auto owner = run_of_task_.find(task_run_id);
    if (stopped_ || owner == run_of_task_.end()) return;
    const EntryPointer entry = active_.at(owner->second);
    step(entry, change);
    if (task_run_limit_ > 0) start_all_queued();
  } catch (const std::exception& error) {
    // Nobody waits for an answer here; the run stays as it was stored last.
    std::cerr << "brickwork-local: task run " << task_run_id << ": " << error.what() << '\n';
  }
  call_executor();
}

void Scheduler::wake(std::int64_t run_id) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = active_.find(run_id);
    if (stopped_ || found == active_.end()) return;
    const EntryPointer entry = found->second;
    if (entry->run.state.life_cycle != LifeCycle::kQueued)
      step(entry, [](ActiveRun& active) { active.wake(); });
    else if (waited_too_long(entry->run))
      step(entry, [](ActiveRun& active) { active.skip("The run was queued for longer than 48 hours."); });
  }
  call_executor();
}

void Scheduler::call_executor() {
  std::unique_lock lock(calls_mutex_);
  if (calling_) return;
  calling_ = true;
  while (!calls_.empty()) {
    const std::function<void()> call = std::move(calls_.front());
    calls_.pop_front();
    lock.unlock();
    try {
      call();
    } catch (const std::exception& error) {
      std::cerr << "brickwork-local: the executor failed: " << error.what() << '\n';
    }
    lock.lock();
  }
  calling_ = false;
}

}  // namespace brickwork::local
