#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>

#include "local/jobs/job_store.h"
#include "local/jobs/scheduler.h"
#include "local/jobs/trigger.h"

namespace brickwork::local {

// Starts the runs of jobs with a schedule, a periodic trigger, files that arrive or the wish to run continuously. Times
// are counted from when the trigger was set or the workspace started: what would have been due while it was away is not
// made up for.
class Triggers {
 public:
  // `volumes` is the folder that files arrive in.
  Triggers(JobStore& jobs, Scheduler& scheduler, Clock& clock, std::filesystem::path volumes)
      : jobs_(jobs), scheduler_(scheduler), clock_(clock), volumes_(std::move(volumes)) {}

  void start();                           // looks at all jobs
  void job_changed(std::int64_t job_id);  // after create, update, reset and delete
  void run_ended(const Run& run);         // with the scheduler's lock held

 private:
  struct Watched {
    Trigger trigger;
    std::uint64_t generation = 0;  // of the trigger: a timer of an older one does nothing
    int failures_in_a_row = 0;
    FileWatch files;
  };
  void watch(const Job& job);
  void plan(std::int64_t job_id, const Watched& watched, std::int64_t now_ms);
  void call_at(std::int64_t time_ms, std::int64_t job_id, std::uint64_t generation);
  void fire(std::int64_t job_id, std::uint64_t generation);
  void look_for_files(std::int64_t job_id, std::uint64_t generation);
  void launch(std::int64_t job_id, const char* trigger);

  JobStore& jobs_;
  Scheduler& scheduler_;
  Clock& clock_;
  std::filesystem::path volumes_;
  std::mutex mutex_;  // taken after the scheduler's, never held while it is called
  std::map<std::int64_t, Watched> watched_;
  std::uint64_t generations_ = 0;
};

}  // namespace brickwork::local
