#include "local/jobs/settings.h"

#include <boost/json/array.hpp>
#include <map>

#include "local/api_error.h"
#include "local/fields.h"

namespace brickwork::local {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

// The arrays whose entries have a name, and which member that is.
const std::map<std::string_view, std::string_view> kKeyedArrays{{"tasks", "task_key"},
                                                                {"job_clusters", "job_cluster_key"},
                                                                {"parameters", "name"},
                                                                {"environments", "environment_key"}};

void put_default(object& settings, std::string_view name, value fallback) {
  if (!settings.contains(name)) settings[name] = std::move(fallback);
}

void remove_entry(object& settings, const std::string& path) {
  const std::size_t slash = path.find('/');
  if (slash == std::string::npos) {
    settings.stable_erase(path);
    return;
  }
  const std::string list = path.substr(0, slash);
  const auto keyed = kKeyedArrays.find(list);
  if (keyed == kKeyedArrays.end()) throw invalid_parameter("Cannot remove the field " + path + ".");
  value* entries = settings.if_contains(list);
  if (entries == nullptr || !entries->is_array()) return;
  array kept;
  for (value& entry : entries->get_array())
    if (text_field(entry.as_object(), keyed->second) != path.substr(slash + 1)) kept.push_back(std::move(entry));
  *entries = std::move(kept);
}

void merge_keyed(array& into, const array& changes, std::string_view key_name) {
  for (const value& change : changes) {
    if (!change.is_object()) throw malformed_request("Expected an object in the list.");
    const std::string key = required_text(change.get_object(), key_name);
    value* same = nullptr;
    for (value& entry : into)
      if (text_field(entry.as_object(), key_name) == key) same = &entry;
    if (same != nullptr)
      *same = change;
    else
      into.push_back(change);
  }
}

object task_defaults(object task) {
  put_default(task, "run_if", "ALL_SUCCESS");
  put_default(task, "timeout_seconds", 0);
  put_default(task, "email_notifications", object());
  for (const std::string_view kind : {"notebook_task", "spark_python_task"}) {
    value* settings = task.if_contains(kind);
    if (settings != nullptr && settings->is_object()) put_default(settings->get_object(), "source", "WORKSPACE");
  }
  return task;
}

// Jobs 2.0 had the one task of a job among the job's own settings.
void gather_single_task(object& settings) {
  static const std::vector<std::string> task_members{
      "existing_cluster_id", "new_cluster",   "libraries",      "max_retries",       "min_retry_interval_millis",
      "retry_on_timeout",    "notebook_task", "spark_jar_task", "spark_python_task", "spark_submit_task",
      "python_wheel_task",   "pipeline_task", "sql_task",       "dbt_task",          "run_job_task"};
  object task{{"task_key", "main"}};
  for (const std::string& member : task_members) {
    const auto found = settings.find(member);
    if (found == settings.end()) continue;
    task[member] = std::move(found->value());
    settings.stable_erase(found);
  }
  if (task.size() == 1) return;
  if (settings.contains("job_clusters"))
    throw invalid_parameter("Shared job cluster feature is only supported in multi-task jobs.");
  settings["tasks"] = array{std::move(task)};
  settings["format"] = "SINGLE_TASK";
}

}  // namespace

object stored_settings(object settings, ApiVersion version) {
  if (!settings.contains("tasks")) gather_single_task(settings);
  if (version == ApiVersion::k22) put_default(settings, "queue", object{{"enabled", true}});
  put_default(settings, "format", "MULTI_TASK");
  check_settings(settings);
  return settings;
}

object submitted_settings(object request) {
  for (const char* member : {"idempotency_token", "access_control_list", "run_name"}) request.stable_erase(member);
  if (!request.contains("tasks")) gather_single_task(request);
  check_settings(request);
  return request;
}

object shown_settings(const object& settings) {
  object shown = settings;
  put_default(shown, "name", "Untitled");
  put_default(shown, "email_notifications", object());
  put_default(shown, "webhook_notifications", object());
  put_default(shown, "timeout_seconds", 0);
  put_default(shown, "max_concurrent_runs", 1);
  put_default(shown, "format", "MULTI_TASK");
  if (value* tasks = shown.if_contains("tasks"); tasks != nullptr && tasks->is_array())
    for (value& task : tasks->get_array()) task = task_defaults(std::move(task.as_object()));
  return shown;
}

object updated_settings(const object& current, const object& changes, const std::vector<std::string>& remove) {
  object updated = current;
  for (const std::string& path : remove) remove_entry(updated, path);
  for (const auto& change : changes) {
    const auto keyed = kKeyedArrays.find(change.key());
    value& member = updated[change.key()];
    if (keyed != kKeyedArrays.end() && change.value().is_array() && member.is_array())
      merge_keyed(member.get_array(), change.value().get_array(), keyed->second);
    else
      member = change.value();
  }
  check_settings(updated);
  return updated;
}

}  // namespace brickwork::local
