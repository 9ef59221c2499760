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
// Between two looks for files. Databricks looks about once a minute.
constexpr std::int64_t kLookMs = 10'000;

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
  FileWatch files;
  if (const auto* arrival = trigger ? std::get_if<FileArrivalTrigger>(&*trigger) : nullptr)
    files.begin(FileWatch::list(volumes_ / arrival->directory));
  const std::lock_guard lock(mutex_);
  watched_.erase(job.job_id);
  if (!trigger) return;
  const Watched& watched =
      watched_
          .emplace(job.job_id,
                   Watched{.trigger = std::move(*trigger), .generation = ++generations_, .files = std::move(files)})
          .first->second;
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
  } else if (std::holds_alternative<FileArrivalTrigger>(watched.trigger)) {
    clock_.call_at(now_ms + kLookMs,
                   [this, job_id, generation = watched.generation] { look_for_files(job_id, generation); });
  }
}

void Triggers::call_at(std::int64_t time_ms, std::int64_t job_id, std::uint64_t generation) {
  clock_.call_at(time_ms, [this, job_id, generation] { fire(job_id, generation); });
}

void Triggers::fire(std::int64_t job_id, std::uint64_t generation) {
  const char* trigger = "PERIODIC";
  {
    const std::lock_guard lock(mutex_);
    const auto found = watched_.find(job_id);
    if (found == watched_.end() || found->second.generation != generation) return;
    if (std::holds_alternative<ContinuousTrigger>(found->second.trigger))
      trigger = found->second.failures_in_a_row > 0 ? "CONTINUOUS_RESTART" : "CONTINUOUS";
    plan(job_id, found->second, clock_.now_ms());
  }
  launch(job_id, trigger);
}

void Triggers::look_for_files(std::int64_t job_id, std::uint64_t generation) {
  std::filesystem::path directory;
  {
    const std::lock_guard lock(mutex_);
    const auto found = watched_.find(job_id);
    if (found == watched_.end() || found->second.generation != generation) return;
    directory = volumes_ / std::get<FileArrivalTrigger>(found->second.trigger).directory;
  }
  // The disk is looked at with no lock held: jobs are written meanwhile.
  FileWatch::Listing present = FileWatch::list(directory);
  {
    const std::lock_guard lock(mutex_);
    const auto found = watched_.find(job_id);
    if (found == watched_.end() || found->second.generation != generation) return;
    Watched& watched = found->second;
    const std::int64_t now_ms = clock_.now_ms();
    plan(job_id, watched, now_ms);
    if (!watched.files.look(std::get<FileArrivalTrigger>(watched.trigger), std::move(present), now_ms)) return;
  }
  launch(job_id, "FILE_ARRIVAL");
}

void Triggers::launch(std::int64_t job_id, const char* trigger) {
  const std::optional<Job> job = jobs_.find(job_id);
  if (!job) return;
  Launch launch{.job_id = job_id, .trigger = trigger};
  if (launch.trigger.starts_with("CONTINUOUS") && scheduler_.has_active_run(job_id)) return;
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
