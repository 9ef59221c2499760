#include "group/airflow.h"
#include "group/airflow_members.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

void put_if_none(json::object& object, std::string_view member, json::value empty) {
  json::value& value = object[member];
  if (value.is_null()) value = std::move(empty);
}

// What the provider writes into each notebook task.
void finish_notebook(json::object& task) {
  put_if_none(task, "timeout_seconds", 0);
  put_if_none(task, "email_notifications", json::object(task.storage()));
  put_if_none(task, "libraries", json::array(task.storage()));
  if (json::object* notebook = task.at("notebook_task").if_object())
    put_if_none(*notebook, "base_parameters", json::object(task.storage()));
}

// Arguments of operators, of which None is not sent.
bool is_argument(std::string_view member) {
  return member == "job_cluster_key" || member == "existing_cluster_id" || member == "new_cluster" ||
         member == "max_retries" || member == "min_retry_interval_millis" || member == "retry_on_timeout" ||
         member == "run_if";
}

// Takes out what only the dialect has, and arguments that are none. A null that task_config said is sent.
void erase_own_members(json::object& task, const json::object& config) {
  for (auto member = task.begin(); member != task.end();) {
    const std::string_view name = member->key();
    const bool is_none = member->value().is_null() && is_argument(name) && !config.contains(name);
    member = is_none || is_airflow_member(kAirflowTaskMembers, name) ? task.stable_erase(member) : member + 1;
  }
}

void finish_task(json::object& task) {
  json::object config(task.storage());
  if (json::object* own = config_of(task)) {
    config = std::move(*own);
  } else if (has(task, "notebook_task")) {
    finish_notebook(task);
  }
  erase_own_members(task, config);
  if (json::value* replacement = config.if_contains("depends_on")) {
    task.insert_or_assign("depends_on", std::move(*replacement));
  } else if (!task.contains("depends_on")) {
    task.emplace("depends_on", json::array(task.storage()));
  }
}

// What is there because extra_job_params set it to null stays null.
bool is_left_out(const json::object& job, std::string_view member) {
  const json::object* extra = object_in(job, "extra_job_params");
  const json::value* value = job.if_contains(member);
  return value == nullptr || (value->is_null() && (extra == nullptr || !extra->contains(member)));
}

void finish_job(json::object& job) {
  if (is_left_out(job, "email_notifications")) job["email_notifications"].emplace_object();
  if (json::object* notifications = job["email_notifications"].if_object();
      notifications != nullptr && !notifications->contains("no_alert_for_skipped_runs"))
    notifications->emplace("no_alert_for_skipped_runs", false);
  if (is_left_out(job, "timeout_seconds")) job["timeout_seconds"] = 0;
  if (is_left_out(job, "format")) job["format"] = "MULTI_TASK";
  if (is_left_out(job, "job_clusters")) job["job_clusters"].emplace_array();
  if (is_left_out(job, "max_concurrent_runs")) job["max_concurrent_runs"] = 1;
  if (is_left_out(job, "access_control_list")) job.erase("access_control_list");
}

// Parameters that the provider gives to the run and not to the job.
json::object run_now_of(const json::object& job) {
  const auto member_or = [](const json::object* object, std::string_view member, const json::value& fallback) {
    const json::value* value = object != nullptr ? object->if_contains(member) : nullptr;
    return value != nullptr && !value->is_null() ? *value : fallback;
  };
  return {{"jar_params", member_or(&job, "jar_params", json::array())},
          {"notebook_params", member_or(object_in(job, "defaults"), "notebook_params", json::object())},
          {"python_params", member_or(&job, "python_params", json::array())},
          {"spark_submit_params", member_or(&job, "spark_submit_params", json::array())}};
}

}  // namespace

json::object finish_airflow(json::object& settings) {
  json::object run_now = run_now_of(settings);
  for (json::value& task : settings.at("tasks").get_array()) finish_task(task.get_object());
  finish_job(settings);
  json::object* extra = extra_of(settings);
  if (json::value* tasks = extra != nullptr ? extra->if_contains("tasks") : nullptr) {
    json::value replacement = std::move(*tasks);
    settings.insert_or_assign("tasks", std::move(replacement));
  }
  for (const MemberRule& rule : kAirflowJobMembers) {
    if (const auto member = settings.find(rule.name); member != settings.end()) settings.stable_erase(member);
  }
  return run_now;
}

}  // namespace brickwork::group
