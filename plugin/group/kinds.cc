#include "group/kinds.h"

#include <algorithm>

#include "group/edit_distance.h"
#include "group/kind_members.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

using namespace kind_members;

constexpr std::string_view kConditionOps[] = {"EQUAL_TO",  "NOT_EQUAL",         "GREATER_THAN", "GREATER_THAN_OR_EQUAL",
                                              "LESS_THAN", "LESS_THAN_OR_EQUAL"};
constexpr std::string_view kSqlSubjects[] = {"query", "file", "alert", "dashboard"};
constexpr std::string_view kAlertSubjects[] = {"alert_id", "workspace_path"};
constexpr std::string_view kLegacyParameters[] = {"notebook_params", "python_named_params", "sql_params",  "jar_params",
                                                  "python_params",   "spark_submit_params", "dbt_commands"};
constexpr std::size_t kMaxPipelineParametersBytes = 10'000;
constexpr std::size_t kMaxRunParametersBytes = 10'000;
constexpr std::size_t kMaxDbtCommands = 10;

void check_value_of(const json::object& task, std::string_view member, std::span<const std::string_view> values,
                    std::string_view rule, const Place& place, Findings& findings) {
  const json::string* value = string_in(task, member);
  if (value == nullptr) return;
  if (std::find(values.begin(), values.end(), std::string_view(*value)) != values.end()) return;
  const std::string list = listed(values);
  findings.error(Place(place, member), rule,
                 std::string(member) + " is " + quoted(*value) + ", Databricks knows " + list, "write one of " + list);
}

void check_size(const json::object& task, std::string_view member, std::size_t limit, const Place& place,
                Findings& findings) {
  const json::object* parameters = object_in(task, member);
  if (parameters == nullptr) return;
  // As JSON, one byte becomes six at most; only what may be too large is written out to be measured.
  std::size_t estimate = 2;
  for (const auto& [name, value] : *parameters)
    estimate += 6 * (name.size() + (value.is_string() ? value.get_string().size() : 0)) + 30;
  if (estimate <= limit && std::none_of(parameters->begin(), parameters->end(),
                                        [](const auto& parameter) { return parameter.value().is_structured(); }))
    return;
  const std::size_t bytes = json::serialize(*parameters).size();
  if (bytes <= limit) return;
  findings.error(
      Place(place, member), "parameters_too_large",
      std::string(member) + " takes " + std::to_string(bytes) + " bytes as JSON, the limit is " + std::to_string(limit),
      "hand over the name of a file or table that holds the values");
}

void check_parameter_values(const json::object& task, std::string_view member, const Place& place, Findings& findings) {
  const json::object* parameters = object_in(task, member);
  if (parameters == nullptr) return;
  const Place parameters_place(place, member);
  for (const auto& [name, value] : *parameters)
    check_type(value, {.name = name, .type = Type::kScalar}, Place(parameters_place, name), findings);
}

void check_source(const json::object& task, const Place& place, Findings& findings) {
  check_value_of(task, "source", kSourceValues, "bad_source", place, findings);
}

void check_sql(const json::object& task, const Place& place, Findings& findings) {
  check_exactly_one_of(task, kSqlSubjects, "sql_task", place, findings);
  if (const json::object* file = object_in(task, "file"))
    check_value_of(*file, "source", kSourceValues, "bad_source", Place(place, "file"), findings);
  check_parameter_values(task, "parameters", place, findings);
}

void check_dbt(const json::object& task, const Place& place, Findings& findings) {
  check_source(task, place, findings);
  const json::array* commands = array_in(task, "commands");
  if (commands == nullptr) return;
  const Place commands_place(place, "commands");
  if (commands->empty() || commands->size() > kMaxDbtCommands) {
    findings.error(commands_place, "out_of_range",
                   "commands has " + std::to_string(commands->size()) + " entries, it must have 1 to 10",
                   commands->empty() ? "add a command such as \"dbt run\"" : "split the task in two");
  }
  for (std::size_t i = 0; i < commands->size(); ++i) {
    const json::string* command = (*commands)[i].if_string();
    if (command == nullptr || command->starts_with("dbt")) continue;
    findings.error(Place(commands_place, i), "bad_dbt_command",
                   quoted(*command) + " does not begin with dbt, and dbt_task runs nothing else",
                   "begin the command with \"dbt \"");
  }
}

void check_notebook(const json::object& task, const Place& place, Findings& findings) {
  check_source(task, place, findings);
  check_parameter_values(task, "base_parameters", place, findings);
  check_size(task, "base_parameters", kMaxBaseParametersBytes, place, findings);
}

void check_wheel(const json::object& task, const Place& place, Findings& findings) {
  check_parameter_values(task, "named_parameters", place, findings);
  if (!has(task, "parameters") || !has(task, "named_parameters")) return;
  findings.error(place, "one_of", "python_wheel_task has parameters and named_parameters, it may have one of them",
                 "keep the one that the entry point reads");
}

void check_condition(const json::object& task, const Place& place, Findings& findings) {
  check_value_of(task, "op", kConditionOps, "bad_condition_op", place, findings);
}

void check_pipeline(const json::object& task, const Place& place, Findings& findings) {
  check_size(task, "parameters", kMaxPipelineParametersBytes, place, findings);
}

// The parameters of the job that is run come in the new form or in the old ones by kind of task, never in both.
void check_run_job(const json::object& task, const Place& place, Findings& findings) {
  for (std::string_view member : {"job_parameters", "notebook_params", "python_named_params", "sql_params"}) {
    check_parameter_values(task, member, place, findings);
    check_size(task, member, kMaxRunParametersBytes, place, findings);
  }
  if (!has(task, "job_parameters")) return;
  for (std::string_view member : kLegacyParameters) {
    if (!has(task, member)) continue;
    findings.error(Place(place, member), "mixed_parameters",
                   std::string(member) + " stands beside job_parameters, Databricks takes one form of parameters",
                   "move the values into job_parameters");
  }
}

void check_alert(const json::object& task, const Place& place, Findings& findings) {
  check_exactly_one_of(task, kAlertSubjects, "alert_task", place, findings);
}

void check_clean_room(const json::object& task, const Place& place, Findings& findings) {
  check_parameter_values(task, "notebook_base_parameters", place, findings);
}

void check_ai_runtime(const json::object& task, const Place& place, Findings& findings) {
  const json::array* deployments = array_in(task, "deployments");
  if (deployments == nullptr || !deployments->empty()) return;
  findings.error(Place(place, "deployments"), "out_of_range", "deployments is empty, so there is nothing to run",
                 "add {\"command_path\": ..., \"compute\": {...}}");
}

constexpr Kind kKinds[] = {
    {"notebook_task", RunsOn::kCluster, true, kNotebook, check_notebook},
    {"spark_python_task", RunsOn::kCluster, true, kSparkPython, check_source},
    {"spark_jar_task", RunsOn::kCluster, true, kSparkJar},
    {"spark_submit_task", RunsOn::kNewCluster, true, kSparkSubmit},
    {"python_wheel_task", RunsOn::kCluster, true, kPythonWheel, check_wheel},
    {"sql_task", RunsOn::kNothing, true, kSql, check_sql},
    {"dbt_task", RunsOn::kCluster, true, kDbt, check_dbt},
    {"pipeline_task", RunsOn::kNothing, true, kPipeline, check_pipeline},
    {"run_job_task", RunsOn::kNothing, true, kRunJob, check_run_job},
    {"condition_task", RunsOn::kNothing, false, kCondition, check_condition},
    {"for_each_task", RunsOn::kNothing, false, kForEach},
    {"dashboard_task", RunsOn::kNothing, true, kDashboard},
    {"alert_task", RunsOn::kNothing, true, kAlert, check_alert},
    {"power_bi_task", RunsOn::kNothing, true, kPowerBi},
    {"dbt_cloud_task", RunsOn::kNothing, true, kDbtCloud},
    {"dbt_platform_task", RunsOn::kNothing, true, kDbtPlatform},
    {"clean_rooms_notebook_task", RunsOn::kNothing, true, kCleanRooms, check_clean_room},
    {"gen_ai_compute_task", RunsOn::kNothing, true, kGenAiCompute, check_source},
    {"ai_runtime_task", RunsOn::kNothing, true, kAiRuntime, check_ai_runtime},
    {"python_operator_task", RunsOn::kCluster, true, kPythonOperator},
};

}  // namespace

std::span<const Kind> known_kinds() { return kKinds; }

const Kind* find_kind(std::string_view member) {
  for (const Kind& kind : kKinds) {
    if (kind.member == member) return &kind;
  }
  return nullptr;
}

const Kind* nearest_kind(std::string_view member) {
  for (const Kind& kind : kKinds) {
    if (edit_distance(member, kind.member, 2) <= 2) return &kind;
  }
  return nullptr;
}

bool is_kind_member(std::string_view member) { return member.size() > 5 && member.ends_with("_task"); }

const Kind* kind_of(const json::object& task) {
  for (const auto& [name, value] : task) {
    if (is_kind_member(name) && !value.is_null()) return find_kind(name);
  }
  return nullptr;
}

bool runs_on_cluster(const Kind* kind, const json::value& task) {
  if (kind == nullptr) return true;
  if (kind->runs_on != RunsOn::kCluster) return false;
  // A notebook of SQL cells may run on a warehouse instead.
  const json::object* object = task.if_object();
  return object == nullptr || kind->member != "notebook_task" || !has(*object, "warehouse_id");
}

void check_kind(const Kind& kind, const json::object& task, const Place& place, Findings& findings) {
  check_members(task, kind.members, kind.member, place, findings);
  if (kind.check != nullptr) kind.check(task, place, findings);
}

}  // namespace brickwork::group
