#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "local/executor.h"
#include "local/jobs/page.h"
#include "local/jobs/run.h"
#include "local/store.h"

namespace brickwork::local {

// Which runs a list shows, and from where on.
struct RunFilter {
  std::optional<std::int64_t> job_id;
  std::string run_type;  // empty: any
  bool active_only = false;
  bool completed_only = false;
  std::optional<std::int64_t> start_time_from;
  std::optional<std::int64_t> start_time_to;
};

// Runs in the state database. Each save is one transaction: a run is never seen, nor found after a SIGKILL, in between
// two of its states.
class RunStore {
 public:
  explicit RunStore(Store& store);

  // `tasks` are the attempts that changed. An idempotency token is kept with the run it started, for ever.
  void save(const Run& run, const std::set<std::int64_t>& tasks, bool with_settings,
            const std::string& idempotency_token = "");
  void save_output(std::int64_t task_run_id, const TaskEnd& end);
  std::optional<TaskEnd> load_output(std::int64_t task_run_id);

  std::optional<Run> load(std::int64_t run_id);
  std::optional<Run> load_without_tasks(std::int64_t run_id);
  // The job run that an id means: a run itself or the run of a task run.
  std::optional<std::int64_t> run_of(std::int64_t run_or_task_run_id);
  std::optional<std::int64_t> run_of_token(const std::string& idempotency_token);
  std::vector<std::int64_t> active_runs();  // oldest first
  // Unfinished runs first, by start time, then the finished by end time, newest first (a page that is read backward:
  // the other way round), and one more than the page's limit. An entry's id is the run's.
  std::vector<ListPlace> list(const RunFilter& filter, const ListPage& page);
  std::vector<std::int64_t> ended_before(std::int64_t time_ms);
  void remove(std::int64_t run_id);

 private:
  Store& store_;
};

}  // namespace brickwork::local
