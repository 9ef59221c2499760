#pragma once

#include <boost/json.hpp>
#include <span>
#include <string_view>

#include "group/kinds.h"
#include "group/members.h"

// The members that only the Airflow dialect has.
namespace brickwork::group {

inline constexpr MemberRule kAirflowJobMembers[] = {
    {"dag_id", Type::kString},       {"group_id", Type::kString},         {"task_keys", Type::kString},
    {"prefix_keys", Type::kBoolean}, {"extra_job_params", Type::kObject}, {"existing_clusters", Type::kStrings},
    {"jar_params", Type::kStrings},  {"python_params", Type::kStrings},   {"spark_submit_params", Type::kStrings},
};
inline constexpr MemberRule kAirflowTaskMembers[] = {
    {"task_id", Type::kString},      {"databricks_task_key", Type::kString},
    {"trigger_rule", Type::kString}, {"execution_timeout", Type::kAny},  // a number, with a fraction or without
    {"task_config", Type::kObject},
};

bool is_airflow_member(std::span<const MemberRule> rules, std::string_view member);

// What is wrong with the members that the dialect adds to an object, and what may have been meant to be one of them.
void check_airflow_members(const boost::json::object& object, std::span<const MemberRule> rules, std::string_view whose,
                           const Place& place, Findings& findings);

// One task of a document: the arguments of an operator become the members of a Databricks task.
void translate_airflow_task(boost::json::object& task, const Place& place, Findings& findings);

// What a DatabricksTaskOperator runs, or null.
inline boost::json::object* config_of(boost::json::object& task) {
  boost::json::value* config = task.if_contains("task_config");
  return config != nullptr ? config->if_object() : nullptr;
}
inline const boost::json::object* config_of(const boost::json::object& task) { return object_in(task, "task_config"); }

inline boost::json::object* extra_of(boost::json::object& job) {
  boost::json::value* extra = job.if_contains("extra_job_params");
  return extra != nullptr ? extra->if_object() : nullptr;
}

// Whether a DatabricksNotebookOperator says this task; every other one is a DatabricksTaskOperator's.
inline bool is_airflow_notebook(const boost::json::object& task) {
  return !has(task, "task_config") && has(task, "notebook_task");
}

}  // namespace brickwork::group
