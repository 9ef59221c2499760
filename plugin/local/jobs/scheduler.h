#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "local/executor.h"
#include "local/jobs/active_run.h"
#include "local/jobs/clock.h"
#include "local/jobs/job_store.h"
#include "local/jobs/run.h"
#include "local/jobs/run_store.h"
#include "local/workspace.h"

namespace brickwork::local {

// Everything that starts a run: run-now, runs/submit, or a run_job_task.
struct Launch {
  std::int64_t job_id = 0;
  SharedObject settings;
  std::string run_name;
  std::string run_type = "JOB_RUN";
  std::string trigger = "ONE_TIME";
  std::int64_t parent_task_run_id = 0;
  int depth = 0;
  std::string user_name;
  std::string run_as;  // empty: user_name
  std::string idempotency_token;
  std::map<std::string, std::string> job_parameters;
  boost::json::object overriding_parameters;
  std::vector<std::string> only;                // task keys, with a leading or trailing + for what is above or below
  std::optional<bool> queue;                    // overrides the job's own
  std::function<void(TaskEnd)> notebook_ended;  // of a WORKFLOW_RUN: told how its one task ended, from any thread
};

struct RepairRequest {
  std::int64_t run_id = 0;
  std::vector<std::string> rerun_tasks;
  bool rerun_all_failed_tasks = false;
  bool rerun_dependent_tasks = false;
  std::optional<std::int64_t> latest_repair_id;
  std::map<std::string, std::string> job_parameters;
  boost::json::object overriding_parameters;
};

// All runs of the workspace. Methods may be called from any thread; each is one step: it changes a run, stores the
// change, and only then acts on it. What the caller got wrong is thrown as ApiError.
class Scheduler final : public TaskHost {
 public:
  Scheduler(const Workspace& workspace, JobStore& jobs, RunStore& runs, Executor& executor, Clock& clock);

  // Nothing is started, changed or stored any more; the executor and the clock may go.
  void stop();

  // From then on a run that would begin while so many tasks are executing waits in the queue or, without one, is
  // refused.
  void limit_task_runs(std::int64_t most) { task_run_limit_ = most; }

  // After a start: ends the runs that were executing when the workspace was stopped, and takes up the queued ones.
  void recover();

  std::int64_t launch(const Launch& launch);  // the run id; of the earlier run when the token is known
  std::int64_t repair(const RepairRequest& request);
  void cancel(std::int64_t run_or_task_run_id);
  void cancel_all(std::optional<std::int64_t> job_id, bool queued_only);
  void remove(std::int64_t run_id);
  void remove_ended_before(std::int64_t time_ms);
  bool has_active_run(std::int64_t job_id);

  // Told of every run that begins to execute and of every run that ended, also of a skipped one. It is called with the
  // scheduler's lock held: it may not come back.
  struct Listener {
    std::function<void(const Run&)> began;
    std::function<void(const Run&)> ended;
    std::function<void(const Run&, const Notice&)> noticed;
  };
  void tell(Listener listener) { listener_ = std::move(listener); }

  // Of a task that is executing; asks the executor.
  std::string printed_so_far(std::int64_t task_run_id) { return executor_.printed_so_far(task_run_id); }

  void run_notebook(const NotebookRun& wanted, std::function<void(TaskEnd)> ended) override;
  void end_notebooks_of(std::int64_t task_run_id) override;
  bool may_set_task_value(std::int64_t task_run_id, const std::string& key) override;
  void checked_out(std::int64_t task_run_id, const std::string& commit) override;

  // Shows a run as it is now, whole or, with a task run's id, the run that it belongs to. False: there is none. The run
  // may not be kept beyond the call, and the call may not come back to the scheduler.
  bool read(std::int64_t run_or_task_run_id, const std::function<void(const Run&)>& reader);

 private:
  struct Entry {
    Run run;
    std::unique_ptr<ActiveRun> active;  // while the run is not final
    std::uint64_t order = 0;            // of its launch
    std::function<void(TaskEnd)> notebook_ended;
  };
  using EntryPointer = std::shared_ptr<Entry>;

  EntryPointer find(std::int64_t run_or_task_run_id);
  EntryPointer load(std::int64_t run_id);
  void keep_finished(const EntryPointer& entry);
  EntryPointer admit(Run run);
  std::int64_t launch_locked(const Launch& launch);
  void start_or_queue(const EntryPointer& entry, const Launch& launch);
  void step(const EntryPointer& entry, const std::function<void(ActiveRun&)>& change);
  void store(const EntryPointer& entry, const std::function<void(ActiveRun&)>& change, bool with_settings,
             const std::string& token = "");
  void perform(const EntryPointer& entry, Action& action);
  void start_on_executor(TaskStart task);
  void start_child(const EntryPointer& parent, const StartChildRun& request);
  bool calls_itself(const EntryPointer& parent, std::int64_t job_id);
  EntryPointer find_repairable(const RepairRequest& request);
  void finished(const EntryPointer& entry);
  void tell_notebook_ended(const EntryPointer& entry);
  void start_queued(std::int64_t job_id);
  void start_all_queued();
  bool at_task_run_limit() const;
  bool has_to_wait(const Launch& launch) const;
  void watch_queue(const Run& run);
  bool waited_too_long(const Run& run);
  std::size_t running_runs(std::int64_t job_id) const;
  void on_task_event(std::int64_t task_run_id, const std::function<void(ActiveRun&)>& change);
  void wake(std::int64_t run_id);
  void call_executor();

  const Workspace& workspace_;
  JobStore& jobs_;
  RunStore& runs_;
  Executor& executor_;
  Clock& clock_;
  Listener listener_;

  std::mutex mutex_;
  std::unordered_map<std::int64_t, EntryPointer> active_;
  std::unordered_map<std::int64_t, std::int64_t> run_of_task_;  // of active runs
  std::list<EntryPointer> finished_;                            // read lately; newest first
  std::uint64_t launches_ = 0;
  std::int64_t task_run_limit_ = 0;  // 0: none

  // Calls of the executor, in the order in which they were decided. They are made with no lock held, by whichever
  // thread comes first, because an executor answers from threads of its own.
  std::mutex calls_mutex_;
  std::deque<std::function<void()>> calls_;
  bool calling_ = false;
  bool stopped_ = false;
};

}  // namespace brickwork::local
