#include "local/jobs/triggers.h"

#include <algorithm>
#include <iostream>

#include "local/api_error.h"
#include "local/fields.h"

namespace brickwork::local {
namespace {

// Between the runs of a continuous job; it doubles with each failure in a row.
constexpr std::int64_t kRestartMs = 1'000;
constexpr int kMostDoublings = 8;

}  // namespace

void Triggers::start() {
  for (const Job& job : jobs_.all()) {
    // What an earlier version accepted must not keep the workspace from starting.
    try {
      watch(job);
    } catch (const ApiError& error) {
      std::cerr << "brickwork-local: job " << job.job_id << ": " << error.what() << '\n';
    }
  }
}

void Triggers::job_changed(std::int64_t job_id) {
  if (const std::optional<Job> job = jobs_.find(job_id)) return watch(*job);
  const std::lock_guard lock(mutex_);
  watched_.erase(job_id);
}

void Triggers::watch(const Job& job) {
  std::optional<Trigger> trigger = active_trigger(*job.settings);
  const std::lock_guard lock(mutex_);
  watched_.erase(job.job_id);
  if (!trigger) return;
  const Watched& watched =
      watched_.emplace(job.job_id, Watched{.trigger = std::move(*trigger), .generation = ++generations_}).first->second;
  if (std::holds_alternative<ContinuousTrigger>(watched.trigger))
    call_at(clock_.now_ms(), job.job_id, watched.generation);
  else
    plan(job.job_id, watched, clock_.now_ms());
}

void Triggers::plan(std::int64_t job_id, const Watched& watched, std::int64_t now_ms) {
  if (const auto* schedule = std::get_if<ScheduleTrigger>(&watched.trigger)) {
    if (const auto next = schedule->cron.next(now_ms, schedule->zone)) call_at(*next, job_id, watched.generation);
  } else if (const auto* periodic = std::get_if<PeriodicTrigger>(&watched.trigger)) {
    call_at(now_ms + periodic->interval_ms, job_id, watched.generation);
  }
}

void Triggers::call_at(std::int64_t time_ms, std::int64_t job_id, std::uint64_t generation) {
  clock_.call_at(time_ms, [this, job_id, generation] { fire(job_id, generation); });
}

void Triggers::fire(std::int64_t job_id, std::uint64_t generation) {
  Launch launch{.job_id = job_id, .trigger = "PERIODIC"};
  {
    const std::lock_guard lock(mutex_);
    const auto found = watched_.find(job_id);
    if (found == watched_.end() || found->second.generation != generation) return;
    if (std::holds_alternative<ContinuousTrigger>(found->second.trigger))
      launch.trigger = found->second.failures_in_a_row > 0 ? "CONTINUOUS_RESTART" : "CONTINUOUS";
    plan(job_id, found->second, clock_.now_ms());
  }
  const std::optional<Job> job = jobs_.find(job_id);
  if (!job || (launch.trigger != "PERIODIC" && scheduler_.has_active_run(job_id))) return;
  launch.settings = job->settings;
  launch.run_name = text_field(*job->settings, "name").value_or("Untitled");
  launch.user_name = job->creator_user_name;
  try {
    scheduler_.launch(launch);
  } catch (const std::exception& error) {
    // Nobody asked, so nobody can be told; the next time may be better.
    std::cerr << "brickwork-local: job " << job_id << " was not started by its trigger: " << error.what() << '\n';
  }
}

void Triggers::run_ended(const Run& run) {
  const std::lock_guard lock(mutex_);
  const auto found = watched_.find(run.job_id);
  if (found == watched_.end() || !std::holds_alternative<ContinuousTrigger>(found->second.trigger)) return;
  Watched& watched = found->second;
  watched.failures_in_a_row = run.state.is_success() ? 0 : std::min(watched.failures_in_a_row + 1, kMostDoublings);
  call_at(clock_.now_ms() + (kRestartMs << watched.failures_in_a_row), run.job_id, watched.generation);
}

}  // namespace brickwork::local
