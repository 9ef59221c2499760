#include "group/kinds.h"

#include <algorithm>

#include "group/edit_distance.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

constexpr MemberRule kNotebook[] = {{"notebook_path", Type::kString, true},
                                    {"source", Type::kString},
                                    {"base_parameters", Type::kObject},
                                    {"warehouse_id", Type::kString}};
constexpr MemberRule kSparkPython[] = {
    {"python_file", Type::kString, true}, {"parameters", Type::kStrings}, {"source", Type::kString}};
constexpr MemberRule kSparkJar[] = {
    {"main_class_name", Type::kString}, {"parameters", Type::kStrings}, {"jar_uri", Type::kString}};
constexpr MemberRule kSparkSubmit[] = {{"parameters", Type::kStrings}};
constexpr MemberRule kPythonWheel[] = {{"package_name", Type::kString, true},
                                       {"entry_point", Type::kString, true},
                                       {"parameters", Type::kStrings},
                                       {"named_parameters", Type::kObject}};
constexpr MemberRule kSql[] = {{"warehouse_id", Type::kString, true},
                               {"query", Type::kObject},
                               {"file", Type::kObject},
                               {"alert", Type::kObject},
                               {"dashboard", Type::kObject},
                               {"parameters", Type::kObject}};
constexpr MemberRule kDbt[] = {
    {"commands", Type::kStrings, true}, {"project_directory", Type::kString}, {"profiles_directory", Type::kString},
    {"schema", Type::kString},          {"catalog", Type::kString},           {"warehouse_id", Type::kString},
    {"source", Type::kString}};
constexpr MemberRule kPipeline[] = {{"pipeline_id", Type::kString, true},
                                    {"full_refresh", Type::kBoolean},
                                    {"refresh_selection", Type::kStrings},
                                    {"full_refresh_selection", Type::kStrings},
                                    {"refresh_flow_selection", Type::kStrings},
                                    {"reset_checkpoint_selection", Type::kStrings},
                                    {"parameters", Type::kObject}};
constexpr MemberRule kRunJob[] = {
    {"job_id", Type::kInteger, true}, {"job_parameters", Type::kObject}, {"pipeline_params", Type::kObject}};
constexpr MemberRule kCondition[] = {
    {"op", Type::kString, true}, {"left", Type::kString, true}, {"right", Type::kString, true}};
constexpr MemberRule kForEach[] = {
    {"inputs", Type::kString, true}, {"concurrency", Type::kInteger, false, 1}, {"task", Type::kObject, true}};
constexpr MemberRule kDashboard[] = {{"dashboard_id", Type::kString},
                                     {"warehouse_id", Type::kString},
                                     {"subscription", Type::kObject},
                                     {"filters", Type::kObject}};
constexpr MemberRule kAlert[] = {{"alert_id", Type::kString},
                                 {"workspace_path", Type::kString},
                                 {"subscribers", Type::kArray},
                                 {"warehouse_id", Type::kString}};
constexpr MemberRule kPowerBi[] = {{"connection_resource_name", Type::kString},
                                   {"power_bi_model", Type::kObject},
                                   {"tables", Type::kArray},
                                   {"warehouse_id", Type::kString},
                                   {"refresh_after_update", Type::kBoolean}};
constexpr MemberRule kDbtCloud[] = {{"connection_resource_name", Type::kString}, {"dbt_cloud_job_id", Type::kInteger}};
constexpr MemberRule kDbtPlatform[] = {{"connection_resource_name", Type::kString},
                                       {"dbt_platform_job_id", Type::kString}};
constexpr MemberRule kCleanRooms[] = {{"clean_room_name", Type::kString, true},
                                      {"notebook_name", Type::kString, true},
                                      {"etag", Type::kString},
                                      {"notebook_base_parameters", Type::kObject}};
constexpr MemberRule kGenAiCompute[] = {
    {"dl_runtime_image", Type::kString, true}, {"command", Type::kString}, {"compute", Type::kObject}};
constexpr MemberRule kAiRuntime[] = {{"experiment", Type::kString, true}, {"deployments", Type::kArray, true}};
constexpr MemberRule kPythonOperator[] = {{"main", Type::kString}, {"parameters", Type::kArray}};

constexpr Kind kKinds[] = {
    {"notebook_task", RunsOn::kCluster, true, kNotebook},
    {"spark_python_task", RunsOn::kCluster, true, kSparkPython},
    {"spark_jar_task", RunsOn::kCluster, true, kSparkJar},
    {"spark_submit_task", RunsOn::kNewCluster, true, kSparkSubmit},
    {"python_wheel_task", RunsOn::kCluster, true, kPythonWheel},
    {"sql_task", RunsOn::kNothing, true, kSql},
    {"dbt_task", RunsOn::kCluster, true, kDbt},
    {"pipeline_task", RunsOn::kNothing, true, kPipeline},
    {"run_job_task", RunsOn::kNothing, true, kRunJob},
    {"condition_task", RunsOn::kNothing, false, kCondition},
    {"for_each_task", RunsOn::kNothing, false, kForEach},
    {"dashboard_task", RunsOn::kNothing, true, kDashboard},
    {"alert_task", RunsOn::kNothing, true, kAlert},
    {"power_bi_task", RunsOn::kNothing, true, kPowerBi},
    {"dbt_cloud_task", RunsOn::kNothing, true, kDbtCloud},
    {"dbt_platform_task", RunsOn::kNothing, true, kDbtPlatform},
    {"clean_rooms_notebook_task", RunsOn::kNothing, true, kCleanRooms},
    {"gen_ai_compute_task", RunsOn::kNothing, true, kGenAiCompute},
    {"ai_runtime_task", RunsOn::kNothing, true, kAiRuntime},
    {"python_operator_task", RunsOn::kCluster, true, kPythonOperator},
};

constexpr std::string_view kSources[] = {"WORKSPACE", "GIT"};
constexpr std::string_view kConditionOps[] = {"EQUAL_TO",  "NOT_EQUAL",         "GREATER_THAN", "GREATER_THAN_OR_EQUAL",
                                              "LESS_THAN", "LESS_THAN_OR_EQUAL"};
constexpr std::string_view kSqlSubjects[] = {"query", "file", "alert", "dashboard"};
constexpr std::size_t kMaxBaseParametersBytes = 1 << 20;
constexpr std::size_t kMaxDbtCommands = 10;
constexpr std::size_t kMaxAlertSubscribers = 100;

void check_value_of(const json::object& task, std::string_view member, std::span<const std::string_view> values,
                    std::string_view rule, const Place& place, Findings& findings) {
  const json::string* value = string_in(task, member);
  if (value == nullptr) return;
  std::string list;
  for (std::string_view known : values) {
    if (known == std::string_view(*value)) return;
    list += (list.empty() ? "" : ", ") + std::string(known);
  }
  findings.error(Place(place, member), rule,
                 std::string(member) + " is " + quoted(*value) + ", Databricks knows " + list, "write one of " + list);
}

void check_sql(const json::object& task, const Place& place, Findings& findings) {
  int subjects = 0;
  for (std::string_view subject : kSqlSubjects) subjects += has(task, subject);
  if (subjects == 1) return;
  findings.error(place, "one_of",
                 "sql_task has " + std::to_string(subjects) + " of query, file, alert and dashboard, it must have one",
                 "keep the one that the task is to run");
}

void check_dbt(const json::object& task, const Place& place, Findings& findings) {
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

}  // namespace

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
  check_value_of(task, "source", kSources, "bad_source", place, findings);
  if (kind.member == "notebook_task") {
    check_parameter_values(task, "base_parameters", place, findings);
    check_size(task, "base_parameters", kMaxBaseParametersBytes, place, findings);
  } else if (kind.member == "python_wheel_task") {
    if (has(task, "parameters") && has(task, "named_parameters")) {
      findings.error(place, "one_of", "python_wheel_task has parameters and named_parameters, it may have one of them",
                     "keep the one that the entry point reads");
    }
  } else if (kind.member == "sql_task") {
    check_sql(task, place, findings);
  } else if (kind.member == "dbt_task") {
    check_dbt(task, place, findings);
  } else if (kind.member == "condition_task") {
    check_value_of(task, "op", kConditionOps, "bad_condition_op", place, findings);
  } else if (kind.member == "alert_task") {
    const json::array* subscribers = array_in(task, "subscribers");
    if (subscribers != nullptr && subscribers->size() > kMaxAlertSubscribers) {
      findings.error(Place(place, "subscribers"), "out_of_range",
                     "subscribers has " + std::to_string(subscribers->size()) + " entries, the limit is 100",
                     "subscribe a group of people through a notification destination");
    }
  } else if (kind.member == "pipeline_task") {
    check_size(task, "parameters", 10'000, place, findings);
  }
}

}  // namespace brickwork::group
