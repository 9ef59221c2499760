#include <algorithm>
#include <set>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/jobs/check_settings.h"
#include "local/jobs/run.h"
#include "local/jobs/run_if.h"
#include "local/jobs/settings.h"
#include "local/jobs/task_graph.h"
#include "local/jobs/trigger.h"

namespace brickwork::local {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

constexpr std::size_t kTaskLimit = 1000;
constexpr std::size_t kTagLimit = 25;

bool is_key(std::string_view text) {
  return !text.empty() && text.size() <= 100 && std::ranges::all_of(text, [](unsigned char letter) {
    return std::isalnum(letter) != 0 || letter == '_' || letter == '-';
  });
}

const object& entry_object(const value& entry, std::string_view list) {
  if (!entry.is_object()) throw malformed_request("Expected an object in " + std::string(list) + ".");
  return entry.get_object();
}

void check_entries(const object& settings, std::string_view list, std::string_view member) {
  if (const array* entries = array_field(settings, list))
    for (const value& entry : *entries) object_field(entry_object(entry, list), member);
}

// The names in a keyed list, each once.
std::set<std::string> names_in(const object& settings, std::string_view list, std::string_view name) {
  std::set<std::string> names;
  const array* entries = array_field(settings, list);
  if (entries == nullptr) return names;
  for (const value& entry : *entries) {
    const std::string key = required_text(entry_object(entry, list), name);
    if (!names.insert(key).second)
      throw invalid_parameter("Duplicate " + std::string(name) + " '" + key + "' in " + std::string(list) + ".");
  }
  return names;
}

void check_kind(const object& task, const std::string& key) {
  std::size_t kinds = 0;
  for (const auto& member : task)
    kinds += std::string_view(member.key()).ends_with("_task") && member.value().is_object() ? 1 : 0;
  if (kinds == 0) throw invalid_parameter("The task '" + key + "' has no task type, such as notebook_task.");
  if (kinds > 1) throw invalid_parameter("The task '" + key + "' has more than one task type.");
}

void check_dbt(const object& settings) {
  const array* commands = array_field(settings, "commands");
  const bool is_right = commands != nullptr && !commands->empty() && commands->size() <= 10 &&
                        std::ranges::all_of(*commands, [](const value& command) {
                          return command.is_string() && command.get_string().starts_with("dbt");
                        });
  if (!is_right) throw invalid_parameter("dbt_task.commands must be 1 to 10 commands that begin with dbt.");
}

void check_members(const object& task, std::string_view kind) {
  const object& settings = task.at(kind).get_object();
  if (kind == "notebook_task") required_text(settings, "notebook_path");
  if (kind == "spark_python_task") required_text(settings, "python_file");
  if (kind == "run_job_task") required_integer(settings, "job_id");
  if (kind == "python_wheel_task") {
    required_text(settings, "package_name");
    required_text(settings, "entry_point");
  }
  if (kind == "dbt_task") check_dbt(settings);
  if (kind == "condition_task") {
    static const std::set<std::string> operators{
        "EQUAL_TO", "NOT_EQUAL", "GREATER_THAN", "GREATER_THAN_OR_EQUAL", "LESS_THAN", "LESS_THAN_OR_EQUAL"};
    if (!operators.contains(required_text(settings, "op")))
      throw invalid_parameter(
          "condition_task.op must be one of EQUAL_TO, NOT_EQUAL, GREATER_THAN, "
          "GREATER_THAN_OR_EQUAL, LESS_THAN, LESS_THAN_OR_EQUAL.");
    required_text(settings, "left");
    required_text(settings, "right");
  }
}

// The types of what the scheduler reads once the task runs: there is nobody left then to tell.
void check_types(const object& task) {
  for (const char* text : {"existing_cluster_id", "job_cluster_key", "environment_key", "run_if"})
    text_field(task, text);
  for (const char* number : {"max_retries", "min_retry_interval_millis", "timeout_seconds"})
    integer_field(task, number);
  for (const char* flag : {"retry_on_timeout", "disabled"}) flag_field(task, flag);
  object_field(task, "new_cluster");
  array_field(task, "libraries");
  if (const object* called = object_field(task, "run_job_task")) object_field(*called, "job_parameters");
  if (const object* for_each = object_field(task, "for_each_task")) integer_field(*for_each, "concurrency");
}

void check_for_each(const object& task, const std::string& key) {
  const object* settings = object_field(task, "for_each_task");
  if (settings == nullptr) return;
  const object* nested = object_field(*settings, "task");
  if (nested == nullptr) throw invalid_parameter("Missing required field: for_each_task.task");
  if (!settings->contains("inputs")) throw invalid_parameter("Missing required field: for_each_task.inputs");
  if (nested->contains("for_each_task"))
    throw invalid_parameter("The task '" + key + "' nests a for_each_task in a for_each_task.");
  check_kind(*nested, required_text(*nested, "task_key"));
  check_members(*nested, kind_of(*nested));
  check_types(*nested);
}

void check_task(const object& task, const std::set<std::string>& job_clusters,
                const std::set<std::string>& environments) {
  const std::string key = required_text(task, "task_key");
  if (!is_key(key))
    throw invalid_parameter("The task key '" + key.substr(0, 200) +
                            "' must have 1 to 100 characters of A-Z, a-z, 0-9, - and _.");
  check_kind(task, key);
  check_types(task);
  check_members(task, kind_of(task));
  check_for_each(task, key);
  if (const auto rule = text_field(task, "run_if"); rule && !parse_run_if(*rule))
    throw invalid_parameter("Unknown run_if '" + *rule + "' of task '" + key + "'.");
  if (const auto cluster = text_field(task, "job_cluster_key"); cluster && !job_clusters.contains(*cluster))
    throw invalid_parameter("Job cluster '" + *cluster + "' of task '" + key +
                            "' is not defined in field 'job_clusters'.");
  if (const auto environment = text_field(task, "environment_key"); environment && !environments.contains(*environment))
    throw invalid_parameter("Environment '" + *environment + "' of task '" + key + "' is not defined.");
}

void check_dependencies(const object& settings, const std::set<std::string>& tasks) {
  for (const value& entry : *array_field(settings, "tasks")) {
    const array* depends_on = array_field(entry.get_object(), "depends_on");
    if (depends_on == nullptr) continue;
    for (const value& dependency : *depends_on) {
      const std::string upstream = required_text(entry_object(dependency, "depends_on"), "task_key");
      text_field(dependency.get_object(), "outcome");
      if (!tasks.contains(upstream))
        throw invalid_parameter("Task '" + required_text(entry.get_object(), "task_key") +
                                "' depends on undefined task '" + upstream + "'.");
    }
  }
  const std::optional<std::vector<std::string>> cycle = TaskGraph(settings).cycle();
  if (!cycle) return;
  std::string path;
  for (const std::string& key : *cycle) path += (path.empty() ? "" : " -> ") + key;
  throw invalid_parameter("The tasks of the job depend on each other in a cycle: " + path + ".");
}

// What is only kept and shown still has a type.
void check_job_types(const object& settings) {
  for (const char* text : {"name", "description", "edit_mode", "format", "parent_path", "budget_policy_id"})
    text_field(settings, text);
  for (const char* member : {"email_notifications", "webhook_notifications", "notification_settings", "health",
                             "run_as", "git_source", "deployment", "queue", "tags"})
    object_field(settings, member);
  array_field(settings, "access_control_list");
  if (const object* run_as = object_field(settings, "run_as"))
    for (const char* name : {"user_name", "service_principal_name"}) text_field(*run_as, name);
}

void check_job_members(const object& settings) {
  check_job_types(settings);
  active_trigger(settings);
  if (const object* queue = object_field(settings, "queue")) flag_field(*queue, "enabled");
  if (const auto name = text_field(settings, "name"); name && name->size() > 4096)
    throw invalid_parameter("The job name must not be longer than 4096 bytes.");
  if (const object* tags = object_field(settings, "tags"); tags != nullptr && tags->size() > kTagLimit)
    throw invalid_parameter("A job can have at most 25 tags.");
  const std::int64_t concurrent = integer_field(settings, "max_concurrent_runs").value_or(1);
  if (concurrent < 0 || concurrent > 1000) throw invalid_parameter("max_concurrent_runs must be between 0 and 1000.");
  if (integer_field(settings, "timeout_seconds").value_or(0) < 0)
    throw invalid_parameter("timeout_seconds must not be negative.");
  for (const std::string& name : names_in(settings, "parameters", "name")) {
    const bool valid = !name.empty() && std::ranges::all_of(name, [](unsigned char letter) {
      return std::isalnum(letter) != 0 || letter == '_' || letter == '-' || letter == '.';
    });
    if (!valid)
      throw invalid_parameter("The job parameter name '" + name + "' may hold only A-Z, a-z, 0-9, _, - and .");
  }
}

}  // namespace

void check_settings(const object& settings) {
  check_job_members(settings);
  const std::set<std::string> job_clusters = names_in(settings, "job_clusters", "job_cluster_key");
  const std::set<std::string> environments = names_in(settings, "environments", "environment_key");
  check_entries(settings, "job_clusters", "new_cluster");
  check_entries(settings, "environments", "spec");
  const array* tasks = array_field(settings, "tasks");
  if (tasks == nullptr) return;
  if (tasks->size() > kTaskLimit)
    throw invalid_parameter("A job can have at most 1000 tasks, not " + std::to_string(tasks->size()) + ".");
  const std::set<std::string> keys = names_in(settings, "tasks", "task_key");
  for (const value& task : *tasks) check_task(task.get_object(), job_clusters, environments);
  check_dependencies(settings, keys);
  check_git_source(settings);
  check_notifications(settings);
}

}  // namespace brickwork::local
