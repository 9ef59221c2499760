#include "group/airflow.h"
#include "group/airflow_members.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

void fill(json::object& object, std::string_view member, json::kind empty) {
  json::value& value = object[member];
  if (!value.is_null()) return;
  if (empty == json::kind::object) {
    value.emplace_object();
  } else if (empty == json::kind::array) {
    value.emplace_array();
  } else {
    value = 0;
  }
}

// What the provider writes into each notebook task.
void finish_notebook(json::object& task) {
  fill(task, "timeout_seconds", json::kind::int64);
  fill(task, "email_notifications", json::kind::object);
  fill(task, "libraries", json::kind::array);
  if (json::object* notebook = task.at("notebook_task").if_object())
    fill(*notebook, "base_parameters", json::kind::object);
}

// An argument that is None is not sent. A null that task_config said is.
void erase_nulls(json::object& task, const json::object& config) {
  for (std::string_view argument : {"job_cluster_key", "existing_cluster_id", "new_cluster", "max_retries",
                                    "min_retry_interval_millis", "retry_on_timeout", "run_if"}) {
    const auto member = task.find(argument);
    if (member == task.end() || !member->value().is_null() || config.contains(argument)) continue;
    task.stable_erase(member);
  }
}

void finish_task(json::object& task) {
  json::object config(task.storage());
  if (json::object* own = config_of(task)) {
    config = std::move(*own);
  } else if (is_airflow_notebook(task)) {
    finish_notebook(task);
  }
  for (const MemberRule& rule : kAirflowTaskMembers) {
    if (const auto member = task.find(rule.name); member != task.end()) task.stable_erase(member);
  }
  erase_nulls(task, config);
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
