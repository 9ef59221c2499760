#include "local/jobs/run_references.h"

#include <algorithm>

#include "local/fields.h"
#include "local/sql_output.h"

namespace brickwork::local {
namespace {

using Found = std::optional<std::string>;

std::string joined(const ReferencePath& path) {
  std::string text;
  for (const std::string& name : path) text += (text.empty() ? "" : ".") + name;
  return text;
}

[[noreturn]] void unknown(const ReferencePath& path) {
  throw ReferenceError("The reference {{" + joined(path) + "}} does not exist");
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char letter) { return std::tolower(letter); });
  return lower;
}

std::string notebook_path(const TaskRun& task) {
  const boost::json::value* notebook = task.definition->if_contains("notebook_task");
  if (notebook == nullptr || !notebook->is_object()) return "";
  const boost::json::value* path = notebook->get_object().if_contains("notebook_path");
  return path != nullptr && path->is_string() ? std::string(path->get_string()) : "";
}

std::string job_name(const Run& run) {
  const boost::json::value* name = run.settings->if_contains("name");
  return name != nullptr && name->is_string() ? std::string(name->get_string()) : run.run_name;
}

std::string job_parameter(const Run& run, const ReferencePath& path) {
  for (const JobParameter& parameter : run.job_parameters)
    if (parameter.name == path[2]) return parameter.effective();
  unknown(path);
}

// Empty for a run that something else started.
std::string arrival_location(const Run& run) {
  if (run.trigger != "FILE_ARRIVAL") return "";
  const boost::json::object* trigger = object_field(*run.settings, "trigger");
  const boost::json::object* arrival = trigger == nullptr ? nullptr : object_field(*trigger, "file_arrival");
  return arrival == nullptr ? "" : text_field(*arrival, "url").value_or("");
}

std::string of_job(const Run& run, const ReferencePath& path) {
  const std::string& name = path.size() > 1 ? path[1] : path[0];
  if (path.size() == 2) {
    if (name == "id") return std::to_string(run.job_id);
    if (name == "name") return job_name(run);
    if (name == "run_id") return std::to_string(run.run_id);
    if (name == "repair_count") return std::to_string(run.repairs.size() - 1);
  }
  if (path.size() == 3) {
    if (name == "parameters") return job_parameter(run, path);
    if (name == "start_time") {
      if (const Found time = format_time(run.start_time, path[2])) return *time;
    }
    if (name == "trigger" && path[2] == "type") return lower_case(run.trigger);
  }
  if (path.size() == 4 && name == "trigger" && path[2] == "time") {
    if (const Found time = format_time(run.start_time, path[3])) return *time;
  }
  if (path.size() == 4 && name == "trigger" && path[2] == "file_arrival" && path[3] == "location")
    return arrival_location(run);
  unknown(path);
}

std::string of_workspace(const Workspace& workspace, const ReferencePath& path) {
  if (path.size() == 2 && path[1] == "id") return std::to_string(workspace.workspace_id);
  if (path.size() == 2 && path[1] == "url") return workspace.url;
  unknown(path);
}

std::string of_this_task(const TaskRun& task, const ReferencePath& path) {
  if (path.size() != 2) unknown(path);
  if (path[1] == "name") return task.task_key;
  if (path[1] == "run_id") return std::to_string(task.run_id);
  if (path[1] == "execution_count") return std::to_string(task.attempt + 1);
  if (path[1] == "notebook_path") return notebook_path(task);
  unknown(path);
}

// {{tasks.T.output.rows|first_row|first_row.COLUMN|alert_state}}
std::string of_sql_output(const TaskRun& task, const ReferencePath& path) {
  const boost::json::value* value = task.task_values.if_contains(kSqlOutput);
  for (std::size_t i = 3; i < path.size() && value != nullptr; ++i)
    value = value->is_object() ? value->get_object().if_contains(path[i]) : nullptr;
  if (value == nullptr) throw ReferenceError("The task " + path[1] + " has no SQL output {{" + joined(path) + "}}");
  return reference_text(*value);
}

std::string of_other_task(const Run& run, const ReferencePath& path) {
  if (path.size() < 3) unknown(path);
  const TaskRun* task = run.latest(path[1]);
  if (task == nullptr) unknown(path);
  if (path.size() == 3) {
    if (path[2] == "run_id") return std::to_string(task->run_id);
    if (path[2] == "result_state") return lower_case(name_of(task->state.result));
    if (path[2] == "error_code") return task->state.is_success() ? "" : task->state.code;
    if (path[2] == "execution_count") return std::to_string(task->attempt + 1);
    if (path[2] == "notebook_path") return notebook_path(*task);
  }
  if (path.size() >= 4 && path.size() <= 5 && path[2] == "output") return of_sql_output(*task, path);
  if (path.size() == 4 && path[2] == "values") {
    if (const boost::json::value* value = task->task_values.if_contains(path[3])) return reference_text(*value);
    throw ReferenceError("The task value " + path[3] + " of task " + path[1] + " was not set");
  }
  unknown(path);
}

std::string of_input(const TaskRun& task, const ReferencePath& path) {
  const boost::json::value* value = &task.input;
  for (std::size_t i = 1; i < path.size(); ++i) {
    value = value->is_object() ? value->get_object().if_contains(path[i]) : nullptr;
    if (value == nullptr) unknown(path);
  }
  return reference_text(*value);
}

// The forms of before 2023, still found in saved jobs. {{run_id}} is the task's.
Found old_form(const Run& run, const TaskRun& task, const std::string& name) {
  if (name == "job_id") return std::to_string(run.job_id);
  if (name == "run_id") return std::to_string(task.run_id);
  if (name == "parent_run_id") return std::to_string(run.run_id);
  if (name == "start_date") return format_time(run.start_time, "iso_date");
  if (name == "start_time") return std::to_string(run.start_time);
  if (name == "task_retry_count") return std::to_string(task.retries_made);
  if (name == "task_key") return task.task_key;
  return std::nullopt;
}

}  // namespace

ReferenceLookup references_of(const Workspace& workspace, const Run& run) {
  return [&workspace, &run](const ReferencePath& path) -> Found {
    if (path[0] == "job") return of_job(run, path);
    if (path[0] == "workspace") return of_workspace(workspace, path);
    return std::nullopt;
  };
}

ReferenceLookup references_of(const Workspace& workspace, const Run& run, const TaskRun& task) {
  return [&workspace, &run, &task](const ReferencePath& path) -> Found {
    if (path[0] == "job") return of_job(run, path);
    if (path[0] == "workspace") return of_workspace(workspace, path);
    if (path[0] == "task") return of_this_task(task, path);
    if (path[0] == "tasks") return of_other_task(run, path);
    if (path[0] == "input" && task.is_iteration()) return of_input(task, path);
    return path.size() == 1 ? old_form(run, task, path[0]) : std::nullopt;
  };
}

}  // namespace brickwork::local
