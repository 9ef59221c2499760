#include "local/jobs/run.h"

#include <boost/json/array.hpp>
#include <boost/json/value_from.hpp>
#include <boost/json/value_to.hpp>

namespace brickwork::local {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

std::int64_t integer(const object& from, std::string_view name) { return from.at(name).to_number<std::int64_t>(); }
std::string text(const object& from, std::string_view name) { return std::string(from.at(name).as_string()); }

object to_json(const Repair& repair) {
  return {{"id", repair.id},
          {"start_time", repair.start_time},
          {"end_time", repair.end_time},
          {"state", to_json(repair.state)},
          {"task_run_ids", boost::json::value_from(repair.task_run_ids)}};
}

Repair repair_from_json(const object& from) {
  return {integer(from, "id"), integer(from, "start_time"), integer(from, "end_time"),
          state_from_json(from.at("state").as_object()),
          boost::json::value_to<std::vector<std::int64_t>>(from.at("task_run_ids"))};
}

object to_json(const JobParameter& parameter) {
  object shown{{"name", parameter.name}, {"default", parameter.default_value}};
  if (parameter.value) shown["value"] = *parameter.value;
  return shown;
}

JobParameter parameter_from_json(const object& from) {
  JobParameter parameter{text(from, "name"), text(from, "default"), std::nullopt};
  if (from.contains("value")) parameter.value = text(from, "value");
  return parameter;
}

template <class Container>
array list_of(const Container& entries) {
  array list;
  for (const auto& entry : entries) list.push_back(to_json(entry));
  return list;
}

template <class RunType>
auto* latest_in(RunType& run, std::string_view task_key) {
  using Task = std::remove_reference_t<decltype(run.tasks.front())>;
  Task* newest = nullptr;
  for (Task& task : run.tasks) {
    if (task.is_iteration() || task.task_key != task_key) continue;
    if (newest == nullptr || task.attempt >= newest->attempt) newest = &task;
  }
  return newest;
}

template <class RunType>
auto* attempt_in(RunType& run, std::int64_t task_run_id) {
  using Task = std::remove_reference_t<decltype(run.tasks.front())>;
  for (Task& task : run.tasks)
    if (task.run_id == task_run_id) return &task;
  return static_cast<Task*>(nullptr);
}

}  // namespace

std::optional<object> Run::git_source() const {
  const value* found = settings->if_contains("git_source");
  if (found == nullptr || !found->is_object()) return std::nullopt;
  object source = found->get_object();
  source.stable_erase("git_snapshot");  // an output, whatever a client sent
  if (!git_commit.empty()) source["git_snapshot"] = object{{"used_commit", git_commit}};
  return source;
}

TaskRun* Run::latest(std::string_view task_key) { return latest_in(*this, task_key); }
const TaskRun* Run::latest(std::string_view task_key) const { return latest_in(*this, task_key); }
TaskRun* Run::attempt(std::int64_t task_run_id) { return attempt_in(*this, task_run_id); }
const TaskRun* Run::attempt(std::int64_t task_run_id) const { return attempt_in(*this, task_run_id); }

std::string_view kind_of(const object& task) {
  for (const auto& member : task)
    if (std::string_view(member.key()).ends_with("_task") && member.value().is_object()) return member.key();
  return {};
}

object to_json(const TaskRun& task) {
  return {{"run_id", task.run_id},
          {"task_key", task.task_key},
          {"attempt", task.attempt},
          {"retries_made", task.retries_made},
          {"state", to_json(task.state)},
          {"start_time", task.start_time},
          {"end_time", task.end_time},
          {"setup_ms", task.setup_ms},
          {"execution_ms", task.execution_ms},
          {"cleanup_ms", task.cleanup_ms},
          {"cluster_id", task.cluster_id},
          {"resolved", task.resolved},
          {"task_values", task.task_values},
          {"outcome", task.outcome},
          {"child_run_id", task.child_run_id},
          {"for_each_run_id", task.for_each_run_id},
          {"input", task.input},
          {"iterations_total", task.iterations_total},
          {"started", task.started}};
}

TaskRun task_run_from_json(const object& from) {
  TaskRun task;
  task.run_id = integer(from, "run_id");
  task.task_key = text(from, "task_key");
  task.attempt = static_cast<int>(integer(from, "attempt"));
  task.retries_made = static_cast<int>(integer(from, "retries_made"));
  task.state = state_from_json(from.at("state").as_object());
  task.start_time = integer(from, "start_time");
  task.end_time = integer(from, "end_time");
  task.setup_ms = integer(from, "setup_ms");
  task.execution_ms = integer(from, "execution_ms");
  task.cleanup_ms = integer(from, "cleanup_ms");
  task.cluster_id = text(from, "cluster_id");
  task.resolved = from.at("resolved").as_object();
  task.task_values = from.at("task_values").as_object();
  task.outcome = text(from, "outcome");
  task.child_run_id = integer(from, "child_run_id");
  task.for_each_run_id = integer(from, "for_each_run_id");
  task.input = from.at("input");
  task.iterations_total = integer(from, "iterations_total");
  task.started = from.at("started").as_bool();
  return task;
}

object to_json(const Run& run) {
  return {{"run_id", run.run_id},
          {"job_id", run.job_id},
          {"run_name", run.run_name},
          {"run_type", run.run_type},
          {"trigger", run.trigger},
          {"parent_task_run_id", run.parent_task_run_id},
          {"depth", run.depth},
          {"user_name", run.user_name},
          {"run_as", run.run_as},
          {"state", to_json(run.state)},
          {"start_time", run.start_time},
          {"end_time", run.end_time},
          {"queue_ms", run.queue_ms},
          {"job_parameters", list_of(run.job_parameters)},
          {"overriding_parameters", run.overriding_parameters},
          {"git_commit", run.git_commit},
          {"clusters", boost::json::value_from(run.clusters)},
          {"repairs", list_of(run.repairs)}};
}

Run run_from_json(const object& from) {
  Run run;
  run.run_id = integer(from, "run_id");
  run.job_id = integer(from, "job_id");
  run.run_name = text(from, "run_name");
  run.run_type = text(from, "run_type");
  run.trigger = text(from, "trigger");
  run.parent_task_run_id = integer(from, "parent_task_run_id");
  run.depth = static_cast<int>(integer(from, "depth"));
  run.user_name = text(from, "user_name");
  run.run_as = from.contains("run_as") ? text(from, "run_as") : run.user_name;
  run.state = state_from_json(from.at("state").as_object());
  run.start_time = integer(from, "start_time");
  run.end_time = integer(from, "end_time");
  run.queue_ms = integer(from, "queue_ms");
  for (const value& parameter : from.at("job_parameters").as_array())
    run.job_parameters.push_back(parameter_from_json(parameter.as_object()));
  if (from.contains("git_commit")) run.git_commit = text(from, "git_commit");
  run.overriding_parameters = from.at("overriding_parameters").as_object();
  run.clusters = boost::json::value_to<std::map<std::string, std::string>>(from.at("clusters"));
  for (const value& repair : from.at("repairs").as_array()) run.repairs.push_back(repair_from_json(repair.as_object()));
  return run;
}

}  // namespace brickwork::local
