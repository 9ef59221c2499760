#include <boost/json/array.hpp>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/jobs/scheduler.h"

namespace brickwork::local {
namespace {

using boost::json::object;

constexpr const char* kTaskKey = "notebook";

SharedObject settings_for(const NotebookRun& wanted) {
  object task{{"task_key", kTaskKey},
              {"notebook_task", object{{"notebook_path", wanted.path}, {"base_parameters", wanted.arguments}}}};
  if (!wanted.cluster_id.empty()) task["existing_cluster_id"] = wanted.cluster_id;
  return std::make_shared<const object>(object{{"name", wanted.path},
                                               {"timeout_seconds", wanted.timeout_seconds},
                                               {"tasks", boost::json::array{std::move(task)}}});
}

}  // namespace

void Scheduler::run_notebook(const NotebookRun& wanted, std::function<void(TaskEnd)> ended) {
  // Like runs/submit it has a job that nobody made and no list shows.
  Launch launch{.job_id = new_id(), .settings = settings_for(wanted), .run_name = wanted.path};
  launch.run_type = "WORKFLOW_RUN";
  launch.parent_task_run_id = wanted.task_run_id;
  launch.user_name = wanted.user_name;
  launch.notebook_ended = std::move(ended);
  try {
    this->launch(launch);
  } catch (const std::exception& error) {
    launch.notebook_ended({.kind = TaskEnd::Kind::kInternal, .error = error.what()});
  }
}

void Scheduler::end_notebooks_of(std::int64_t task_run_id) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    std::vector<EntryPointer> below;
    for (const auto& [run_id, entry] : active_)
      if (entry->run.is_notebook_workflow() && entry->run.parent_task_run_id == task_run_id) below.push_back(entry);
    for (const EntryPointer& entry : below)
      if (entry->active != nullptr) step(entry, [](ActiveRun& active) { active.cancel(); });
  }
  call_executor();
}

bool Scheduler::may_set_task_value(std::int64_t task_run_id, const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto owner = run_of_task_.find(task_run_id);
  if (stopped_ || owner == run_of_task_.end()) return true;  // commands of a context, which nobody reads
  return active_.at(owner->second)->active->may_set_task_value(task_run_id, key);
}

void Scheduler::checked_out(std::int64_t task_run_id, const std::string& commit) {
  on_task_event(task_run_id, [&commit](ActiveRun& active) { active.checked_out(commit); });
}

void Scheduler::tell_notebook_ended(const EntryPointer& entry) {
  if (!entry->notebook_ended) return;
  const Run& run = entry->run;
  TaskEnd end = runs_.load_output(run.tasks.back().run_id).value_or(TaskEnd());
  if (run.state.is_success()) {
    end.kind = TaskEnd::Kind::kSuccess;
  } else {
    end.kind = TaskEnd::Kind::kFailed;
    if (run.timing_out)
      end.error = "TimeoutException: the notebook did not end within " +
                  std::to_string(integer_field(*run.settings, "timeout_seconds").value_or(0)) + " seconds";
    else if (end.error.empty())
      end.error = run.state.message;
  }
  const std::lock_guard lock(calls_mutex_);
  calls_.push_back([ended = std::exchange(entry->notebook_ended, nullptr), end = std::move(end)] { ended(end); });
}

}  // namespace brickwork::local
