#include "local/jobs/launch.h"

#include <set>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/jobs/open_points.h"
#include "local/jobs/references.h"
#include "local/jobs/task_graph.h"

namespace brickwork::local {
namespace {

using boost::json::object;

// The tasks that `only` names: "a", "+a" with everything above, "a+" with everything below.
std::set<std::string> selected_tasks(const std::vector<std::string>& only, const TaskGraph& graph) {
  std::set<std::string> selected;
  for (std::string key : only) {
    const bool above = key.starts_with('+');
    const bool below = key.ends_with('+');
    key = key.substr(above ? 1 : 0, key.size() - (above ? 1 : 0) - (below ? 1 : 0));
    if (!graph.contains(key)) throw invalid_parameter("The task '" + key + "' does not exist in the job.");
    selected.insert(key);
    if (above) selected.merge(graph.all_upstream({key}));
    if (below) selected.merge(graph.all_downstream({key}));
  }
  return selected;
}

TaskRun first_attempt(const object& task, std::int64_t time_ms) {
  TaskRun attempt;
  attempt.run_id = new_id();
  attempt.task_key = required_text(task, "task_key");
  attempt.definition = std::make_shared<const object>(task);
  attempt.start_time = time_ms;
  const boost::json::array* depends_on = array_field(task, "depends_on");
  const bool blocked = depends_on != nullptr && !depends_on->empty();
  attempt.state = state_now(blocked ? LifeCycle::kBlocked : LifeCycle::kPending);
  return attempt;
}

}  // namespace

std::vector<JobParameter> job_parameters(const object& settings, const std::map<std::string, std::string>& values) {
  std::vector<JobParameter> parameters;
  std::size_t used = 0;
  if (const boost::json::array* declared = array_field(settings, "parameters")) {
    for (const boost::json::value& entry : *declared) {
      JobParameter parameter{required_text(entry.as_object(), "name"), "", std::nullopt};
      if (const boost::json::value* text = entry.as_object().if_contains("default"))
        parameter.default_value = reference_text(*text);
      if (const auto given = values.find(parameter.name); given != values.end()) {
        parameter.value = given->second;
        ++used;
      }
      parameters.push_back(std::move(parameter));
    }
  }
  if (used == values.size()) return parameters;
  for (const auto& [name, value] : values) {
    const bool known =
        std::ranges::any_of(parameters, [&name = name](const auto& parameter) { return parameter.name == name; });
    if (!known && chosen("unknown-parameters") == "refuse")
      throw invalid_parameter("Job parameter '" + name + "' is not defined in the job.");
  }
  return parameters;
}

bool queue_enabled(const boost::json::object& settings) {
  const boost::json::object* queue = object_field(settings, "queue");
  return queue != nullptr && flag_field(*queue, "enabled").value_or(false);
}

Run new_run(const Launch& launch, std::int64_t time_ms) {
  Run run;
  run.run_id = new_id();
  run.job_id = launch.job_id;
  run.run_name = launch.run_name;
  run.run_type = launch.run_type;
  run.trigger = launch.trigger;
  run.parent_task_run_id = launch.parent_task_run_id;
  run.depth = launch.depth;
  run.user_name = launch.user_name;
  run.run_as = launch.run_as.empty() ? launch.user_name : launch.run_as;
  run.settings = launch.settings;
  run.start_time = time_ms;
  run.state = state_now(LifeCycle::kPending);
  run.job_parameters = job_parameters(*launch.settings, launch.job_parameters);
  run.overriding_parameters = launch.overriding_parameters;
  if (!run.job_parameters.empty() && !run.overriding_parameters.empty())
    throw invalid_parameter("A job with job parameters takes job_parameters only, not notebook_params or the like.");

  const boost::json::array* tasks = array_field(*launch.settings, "tasks");
  if (tasks == nullptr || tasks->empty()) throw invalid_parameter("The job has no tasks.");
  const std::set<std::string> selected = selected_tasks(launch.only, TaskGraph(*launch.settings));
  Repair original{.start_time = time_ms, .state = run.state};
  for (const boost::json::value& task : *tasks) {
    TaskRun attempt = first_attempt(task.as_object(), time_ms);
    const bool left_out = !selected.empty() && !selected.contains(attempt.task_key);
    if (left_out || flag_field(task.as_object(), "disabled").value_or(false)) {
      attempt.state = state_skipped(Result::kDisabled, "The task is disabled.");
      attempt.end_time = time_ms;
    }
    original.task_run_ids.push_back(attempt.run_id);
    run.tasks.push_back(std::move(attempt));
  }
  run.repairs.push_back(std::move(original));
  return run;
}

}  // namespace brickwork::local
