#pragma once

#include "group/shared_members.h"

namespace brickwork::group::kind_members {

// The members of each `*_task` object, as Jobs 2.2 has them. What is required, and within which limits, is what
// Databricks refuses otherwise.

inline constexpr MemberRule kNotebook[] = {{"notebook_path", Type::kString, true},
                                           {"source", Type::kString},
                                           {"base_parameters", Type::kObject},
                                           {"warehouse_id", Type::kString}};
inline constexpr MemberRule kSparkPython[] = {
    {"python_file", Type::kString, true}, {"parameters", Type::kStrings}, {"source", Type::kString}};
inline constexpr MemberRule kSparkJar[] = {{"main_class_name", Type::kString},
                                           {"parameters", Type::kStrings},
                                           {"jar_uri", Type::kString},
                                           {"run_as_repl", Type::kBoolean}};
inline constexpr MemberRule kSparkSubmit[] = {{"parameters", Type::kStrings}};
inline constexpr MemberRule kPythonWheel[] = {{"package_name", Type::kString, true},
                                              {"entry_point", Type::kString, true},
                                              {"parameters", Type::kStrings},
                                              {"named_parameters", Type::kObject}};

inline constexpr MemberRule kSqlQuery[] = {{"query_id", Type::kString, true}};
inline constexpr MemberRule kSqlFile[] = {{"path", Type::kString, true}, {"source", Type::kString}};
inline constexpr MemberRule kSqlAlert[] = {{"alert_id", Type::kString, true},
                                           {.name = "subscriptions", .type = Type::kArray, .members = kSubscriber},
                                           {"pause_subscriptions", Type::kBoolean}};
inline constexpr MemberRule kSqlDashboard[] = {{"dashboard_id", Type::kString, true},
                                               {.name = "subscriptions", .type = Type::kArray, .members = kSubscriber},
                                               {"custom_subject", Type::kString},
                                               {"pause_subscriptions", Type::kBoolean}};
inline constexpr MemberRule kSql[] = {{"warehouse_id", Type::kString, true},
                                      {.name = "query", .type = Type::kObject, .members = kSqlQuery},
                                      {.name = "file", .type = Type::kObject, .members = kSqlFile},
                                      {.name = "alert", .type = Type::kObject, .members = kSqlAlert},
                                      {.name = "dashboard", .type = Type::kObject, .members = kSqlDashboard},
                                      {"parameters", Type::kObject}};

inline constexpr MemberRule kDbt[] = {
    {"commands", Type::kStrings, true}, {"project_directory", Type::kString}, {"profiles_directory", Type::kString},
    {"schema", Type::kString},          {"catalog", Type::kString},           {"warehouse_id", Type::kString},
    {"source", Type::kString}};

inline constexpr MemberRule kPipeline[] = {{"pipeline_id", Type::kString, true},
                                           {"full_refresh", Type::kBoolean},
                                           {"refresh_selection", Type::kStrings},
                                           {"full_refresh_selection", Type::kStrings},
                                           {"refresh_flow_selection", Type::kStrings},
                                           {"reset_checkpoint_selection", Type::kStrings},
                                           {"parameters", Type::kObject}};

inline constexpr MemberRule kPipelineParams[] = {{"full_refresh", Type::kBoolean},
                                                 {"refresh_selection", Type::kStrings},
                                                 {"full_refresh_selection", Type::kStrings},
                                                 {"refresh_flow_selection", Type::kStrings},
                                                 {"reset_checkpoint_selection", Type::kStrings}};
inline constexpr MemberRule kRunJob[] = {
    {"job_id", Type::kInteger, true},   {"job_parameters", Type::kObject},
    {"notebook_params", Type::kObject}, {"python_named_params", Type::kObject},
    {"sql_params", Type::kObject},      {"jar_params", Type::kStrings},
    {"python_params", Type::kStrings},  {"spark_submit_params", Type::kStrings},
    {"dbt_commands", Type::kStrings},   {.name = "pipeline_params", .type = Type::kObject, .members = kPipelineParams}};

inline constexpr MemberRule kCondition[] = {
    {"op", Type::kString, true}, {"left", Type::kString, true}, {"right", Type::kString, true}};
// The repeated task is read as any other one.
inline constexpr MemberRule kForEach[] = {
    {"inputs", Type::kString, true}, {"concurrency", Type::kInteger, false, 1}, {"task", Type::kObject, true}};

inline constexpr MemberRule kSubscription[] = {{"custom_subject", Type::kString},
                                               {"paused", Type::kBoolean},
                                               {.name = "subscribers", .type = Type::kArray, .members = kSubscriber}};
inline constexpr MemberRule kDashboard[] = {{"dashboard_id", Type::kString},
                                            {"warehouse_id", Type::kString},
                                            {.name = "subscription", .type = Type::kObject, .members = kSubscription},
                                            {"filters", Type::kObject}};
inline constexpr MemberRule kAlert[] = {
    {"alert_id", Type::kString},
    {"workspace_path", Type::kString},
    {.name = "subscribers", .type = Type::kArray, .most = 100, .members = kSubscriber},
    {"warehouse_id", Type::kString}};

inline constexpr MemberRule kPowerBiModel[] = {{"authentication_method", Type::kString},
                                               {"model_name", Type::kString},
                                               {"overwrite_existing", Type::kBoolean},
                                               {"storage_mode", Type::kString},
                                               {"workspace_name", Type::kString}};
inline constexpr MemberRule kPowerBiTable[] = {
    {"catalog", Type::kString}, {"schema", Type::kString}, {"name", Type::kString}, {"storage_mode", Type::kString}};
inline constexpr MemberRule kPowerBi[] = {{"connection_resource_name", Type::kString},
                                          {.name = "power_bi_model", .type = Type::kObject, .members = kPowerBiModel},
                                          {.name = "tables", .type = Type::kArray, .members = kPowerBiTable},
                                          {"warehouse_id", Type::kString},
                                          {"refresh_after_update", Type::kBoolean}};

inline constexpr MemberRule kDbtCloud[] = {{"connection_resource_name", Type::kString},
                                           {"dbt_cloud_job_id", Type::kInteger}};
inline constexpr MemberRule kDbtPlatform[] = {{"connection_resource_name", Type::kString},
                                              {"dbt_platform_job_id", Type::kString}};
inline constexpr MemberRule kCleanRooms[] = {{"clean_room_name", Type::kString, true},
                                             {"notebook_name", Type::kString, true},
                                             {"etag", Type::kString},
                                             {"notebook_base_parameters", Type::kObject}};

inline constexpr MemberRule kGpuCompute[] = {
    {"gpu_node_pool_id", Type::kString}, {"gpu_type", Type::kString}, {"num_gpus", Type::kInteger, false, 1}};
inline constexpr MemberRule kGenAiCompute[] = {{"dl_runtime_image", Type::kString, true},
                                               {"command", Type::kString},
                                               {.name = "compute", .type = Type::kObject, .members = kGpuCompute},
                                               {"mlflow_experiment_name", Type::kString},
                                               {"source", Type::kString},
                                               {"training_script_path", Type::kString},
                                               {"yaml_parameters", Type::kString},
                                               {"yaml_parameters_file_path", Type::kString}};

inline constexpr MemberRule kAcceleratorCompute[] = {{"accelerator_type", Type::kString, true},
                                                     {"accelerator_count", Type::kInteger, true, 1}};
inline constexpr MemberRule kAiDeployment[] = {
    {"command_path", Type::kString, true},
    {.name = "compute", .type = Type::kObject, .required = true, .members = kAcceleratorCompute},
    {"name", Type::kString}};
inline constexpr MemberRule kAiRuntime[] = {
    {"experiment", Type::kString, true},
    {.name = "deployments", .type = Type::kArray, .required = true, .members = kAiDeployment},
    {"docker_image_url", Type::kString},
    {"code_source_path", Type::kString}};

inline constexpr MemberRule kOperatorParameter[] = {{"name", Type::kString, true}, {"value", Type::kScalar}};
inline constexpr MemberRule kPythonOperator[] = {
    {"main", Type::kString}, {.name = "parameters", .type = Type::kArray, .members = kOperatorParameter}};

}  // namespace brickwork::group::kind_members
