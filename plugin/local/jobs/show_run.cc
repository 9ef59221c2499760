#include <boost/json/array.hpp>
#include <boost/json/value_from.hpp>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/jobs/page.h"
#include "local/jobs/references.h"
#include "local/jobs/show.h"

namespace brickwork::local {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

object times(const TaskRun& task) {
  object shown{{"start_time", task.start_time}, {"end_time", task.end_time}};
  shown["setup_duration"] = task.setup_ms;
  shown["execution_duration"] = task.execution_ms;
  shown["cleanup_duration"] = task.cleanup_ms;
  return shown;
}

void add(object& to, object from) {
  for (auto& member : from) to[member.key()] = std::move(member.value());
}

object cluster_instance(const TaskRun& task) {
  return {{"cluster_id", task.cluster_id},
          {"spark_context_id", std::to_string(std::hash<std::string>{}(task.cluster_id))}};
}

object iteration_stats(const Run& run, const TaskRun& for_each) {
  std::int64_t active = 0, succeeded = 0, failed = 0;
  for (const TaskRun& task : run.tasks) {
    if (task.for_each_run_id != for_each.run_id) continue;
    if (!task.state.is_final())
      ++active;
    else
      ++(task.state.is_success() ? succeeded : failed);
  }
  return {{"task_run_stats", object{{"total_iterations", for_each.iterations_total},
                                    {"scheduled_iterations", for_each.iterations_total},
                                    {"active_iterations", active},
                                    {"completed_iterations", succeeded + failed},
                                    {"succeeded_iterations", succeeded},
                                    {"failed_iterations", failed}}}};
}

// A notebook or file of a job with git_source comes from there unless its task says otherwise.
bool reads_git(const object& task) {
  for (const char* kind : {"notebook_task", "spark_python_task", "sql_task", "dbt_task"})
    if (const object* settings = object_field(task, kind)) return text_field(*settings, "source") != "WORKSPACE";
  return false;
}

// One element of tasks[]: the task's settings and what became of this attempt.
object show_task(const Workspace& workspace, const Run& run, const TaskRun& task, const RunView& view) {
  object shown = *task.definition;
  if (!shown.contains("run_if") && !task.is_iteration()) shown["run_if"] = "ALL_SUCCESS";
  shown["run_id"] = task.run_id;
  shown["attempt_number"] = task.attempt;
  shown["state"] = v1_state(task.state);
  shown["status"] = v2_status(task.state);
  add(shown, times(task));
  shown["run_page_url"] = run_page_url(workspace, run.job_id, task.run_id);
  if (!task.cluster_id.empty()) shown["cluster_instance"] = cluster_instance(task);
  if (auto source = run.git_source(); source && reads_git(*task.definition)) shown["git_source"] = std::move(*source);
  if (!task.outcome.empty()) shown["condition_task"].as_object()["outcome"] = task.outcome;
  if (task.iterations_total > 0) shown["for_each_task"].as_object()["stats"] = iteration_stats(run, task);
  if (task.child_run_id != 0) shown["run_job_task"].as_object()["run_id"] = task.child_run_id;
  if (view.with_resolved_values && !task.resolved.empty()) shown["resolved_values"] = task.resolved;
  return shown;
}

object show_repair(const Repair& repair) {
  object shown{{"type", repair.id == 0 ? "ORIGINAL" : "REPAIR"},
               {"start_time", repair.start_time},
               {"end_time", repair.end_time},
               {"state", v1_state(repair.state)},
               {"status", v2_status(repair.state)},
               {"task_run_ids", boost::json::value_from(repair.task_run_ids)}};
  if (repair.id != 0) shown["id"] = repair.id;
  return shown;
}

object show_parameter(const JobParameter& parameter) {
  object shown{{"name", parameter.name}, {"default", parameter.default_value}};
  if (parameter.value) shown["value"] = *parameter.value;
  return shown;
}

// What is the same on every page of a run.
object show_header(const Workspace& workspace, const Run& run) {
  object shown{{"job_id", run.job_id},
               {"run_id", run.run_id},
               {"number_in_job", run.run_id},
               {"original_attempt_run_id", run.run_id},
               {"creator_user_name", run.user_name},
               {"state", v1_state(run.state)},
               {"status", v2_status(run.state)},
               {"start_time", run.start_time},
               {"end_time", run.end_time},
               {"setup_duration", 0},
               {"execution_duration", 0},
               {"cleanup_duration", 0},
               {"queue_duration", run.queue_ms},
               {"trigger", run.trigger},
               {"run_name", run.run_name},
               {"run_page_url", run_page_url(workspace, run.job_id, run.run_id)},
               {"run_type", run.run_type},
               {"format", "MULTI_TASK"}};
  if (run.end_time != 0) shown["run_duration"] = run.end_time - run.start_time;
  if (!run.overriding_parameters.empty()) shown["overriding_parameters"] = run.overriding_parameters;
  if (run.parent_task_run_id != 0 && !run.is_notebook_workflow())
    shown["trigger_info"] = object{{"run_id", run.parent_task_run_id}};
  if (auto source = run.git_source()) shown["git_source"] = std::move(*source);
  for (const char* member : {"schedule", "description"})
    if (const value* setting = run.settings->if_contains(member)) shown[member] = *setting;
  return shown;
}

// The part [offset, offset + kPageSize) of a list, and whether there is more behind it.
template <class List, class Show>
bool add_page(object& shown, std::string_view name, const List& list, const RunView& view, Show show) {
  array page;
  std::int64_t position = 0;
  bool more = false;
  for (const auto& entry : list) {
    if (position >= view.offset && (view.version != ApiVersion::k22 || position < view.offset + kPageSize))
      page.push_back(show(entry));
    more |= view.version == ApiVersion::k22 && position >= view.offset + kPageSize;
    ++position;
  }
  if (!page.empty()) shown[name] = std::move(page);
  return more;
}

std::vector<const TaskRun*> tasks_without_iterations(const Run& run) {
  std::vector<const TaskRun*> tasks;
  for (const TaskRun& task : run.tasks)
    if (!task.is_iteration()) tasks.push_back(&task);
  return tasks;
}

array job_clusters_of(const Run& run) {
  const array* clusters = array_field(*run.settings, "job_clusters");
  return clusters == nullptr ? array() : *clusters;
}

}  // namespace

object show_run(const Workspace& workspace, const Run& run, const RunView& view) {
  object shown = show_header(workspace, run);
  bool more = false;
  const std::vector<const TaskRun*> tasks = tasks_without_iterations(run);
  if (view.with_tasks && view.version != ApiVersion::k22 && tasks.size() > static_cast<std::size_t>(kPageSize))
    throw invalid_parameter(
        "Resources with more than 100 tasks can only be handled by API 2.2 and above. "
        "Your resource has " +
        std::to_string(tasks.size()) + " tasks");
  if (view.with_tasks) {
    more |= add_page(shown, "tasks", tasks, view,
                     [&](const TaskRun* task) { return show_task(workspace, run, *task, view); });
    more |= add_page(shown, "job_clusters", job_clusters_of(run), view, [](const value& cluster) { return cluster; });
  }
  more |= add_page(shown, "job_parameters", run.job_parameters, view, show_parameter);
  if (view.with_history) more |= add_page(shown, "repair_history", run.repairs, view, show_repair);
  shown["has_more"] = more;
  if (more) shown["next_page_token"] = page_token({view.offset + kPageSize}, "runs/get " + std::to_string(run.run_id));
  return shown;
}

object show_task_run(const Workspace& workspace, const Run& run, const TaskRun& task, const RunView& view) {
  object shown = show_header(workspace, run);
  shown.stable_erase("run_duration");
  shown["run_id"] = task.run_id;
  shown["number_in_job"] = task.run_id;
  shown["original_attempt_run_id"] = task.run_id;
  shown["job_run_id"] = run.run_id;
  shown["task_key"] = task.task_key;
  shown["attempt_number"] = task.attempt;
  shown["run_name"] = task.task_key;
  shown["state"] = v1_state(task.state);
  shown["status"] = v2_status(task.state);
  add(shown, times(task));
  shown["run_page_url"] = run_page_url(workspace, run.job_id, task.run_id);
  if (!task.cluster_id.empty()) shown["cluster_instance"] = cluster_instance(task);
  RunView single = view;
  single.offset = 0;
  shown["tasks"] = array{show_task(workspace, run, task, single)};
  std::vector<const TaskRun*> iterations;
  for (const TaskRun& iteration : run.tasks)
    if (iteration.for_each_run_id == task.run_id) iterations.push_back(&iteration);
  const bool more = add_page(shown, "iterations", iterations, view,
                             [&](const TaskRun* each) { return show_task(workspace, run, *each, view); });
  if (more) shown["next_page_token"] = page_token({view.offset + kPageSize}, "runs/get " + std::to_string(task.run_id));
  return shown;
}

object show_output(const Workspace& workspace, const Run& run, const TaskRun& task, const std::optional<TaskEnd>& end) {
  object metadata = show_task_run(workspace, run, task, {});
  metadata.stable_erase("tasks");
  metadata.stable_erase("iterations");
  metadata.stable_erase("next_page_token");
  metadata["task"] = task.resolved;
  object shown{{"metadata", std::move(metadata)}};
  if (!end) return shown;
  for (const auto& member : end->output) shown[member.key()] = member.value();
  if (!end->error.empty()) shown["error"] = end->error;
  if (!end->error_trace.empty()) shown["error_trace"] = end->error_trace;
  if (end->is_notebook) {
    object& notebook = shown["notebook_output"].emplace_object();
    if (end->notebook_result) notebook["result"] = *end->notebook_result;
    if (end->notebook_result) notebook["truncated"] = end->result_truncated;
  } else if (!end->logs.empty() || end->logs_truncated) {
    shown["logs"] = end->logs;
    shown["logs_truncated"] = end->logs_truncated;
  }
  return shown;
}

}  // namespace brickwork::local
