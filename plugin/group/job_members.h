#pragma once

#include "group/shared_members.h"

namespace brickwork::group::job_members {

// The members that hold for the whole job, as Jobs 2.2 has them; clusters, environments, parameters and the source are
// read on their own.

inline constexpr std::string_view kPauseStatus[] = {"UNPAUSED", "PAUSED"};
inline constexpr std::string_view kRetryModes[] = {"NEVER", "ON_FAILURE"};
inline constexpr std::string_view kUnits[] = {"MINUTES", "HOURS", "DAYS", "WEEKS"};
inline constexpr std::string_view kEditModes[] = {"UI_LOCKED", "EDITABLE"};
inline constexpr std::string_view kDeploymentKinds[] = {"BUNDLE", "SYSTEM_MANAGED"};
inline constexpr std::string_view kPerformanceTargets[] = {"STANDARD", "PERFORMANCE_OPTIMIZED"};
inline constexpr std::string_view kPermissionLevels[] = {"CAN_VIEW", "CAN_MANAGE_RUN", "CAN_MANAGE", "IS_OWNER"};

inline constexpr MemberRule kQueue[] = {{"enabled", Type::kBoolean, true}};
inline constexpr MemberRule kSchedule[] = {{"quartz_cron_expression", Type::kString, true},
                                           {"timezone_id", Type::kString, true},
                                           {.name = "pause_status", .type = Type::kString, .values = kPauseStatus}};
inline constexpr MemberRule kContinuous[] = {{.name = "pause_status", .type = Type::kString, .values = kPauseStatus},
                                             {.name = "task_retry_mode", .type = Type::kString, .values = kRetryModes}};
inline constexpr MemberRule kFileArrival[] = {{"url", Type::kString, true},
                                              {"min_time_between_triggers_seconds", Type::kInteger, false, 0},
                                              {"wait_after_last_change_seconds", Type::kInteger, false, 0}};
inline constexpr MemberRule kPeriodic[] = {{"interval", Type::kInteger, true, 1},
                                           {.name = "unit", .type = Type::kString, .required = true, .values = kUnits}};
inline constexpr MemberRule kTrigger[] = {{.name = "pause_status", .type = Type::kString, .values = kPauseStatus},
                                          {.name = "file_arrival", .type = Type::kObject, .members = kFileArrival},
                                          {.name = "periodic", .type = Type::kObject, .members = kPeriodic},
                                          {"table_update", Type::kObject},
                                          {"model", Type::kObject},
                                          {"sql_condition", Type::kAny}};
inline constexpr MemberRule kDeployment[] = {{.name = "kind", .type = Type::kString, .values = kDeploymentKinds},
                                             {"metadata_file_path", Type::kString},
                                             {"deployment_id", Type::kString},
                                             {"version_id", Type::kString}};
inline constexpr MemberRule kRunAs[] = {
    {"user_name", Type::kString}, {"service_principal_name", Type::kString}, {"group_name", Type::kString}};
inline constexpr MemberRule kAccess[] = {
    {"user_name", Type::kString},
    {"group_name", Type::kString},
    {"service_principal_name", Type::kString},
    {.name = "permission_level", .type = Type::kString, .values = kPermissionLevels}};
inline constexpr MemberRule kJob[] = {
    {"schema", Type::kString},
    {"dialect", Type::kString},
    {"tasks", Type::kAny},  // read on its own
    {"format", Type::kString},
    {.name = "edit_mode", .type = Type::kString, .values = kEditModes},
    {.name = "deployment", .type = Type::kObject, .members = kDeployment},
    {"parent_path", Type::kString},
    {"budget_policy_id", Type::kString},
    {"usage_policy_id", Type::kString},
    {.name = "performance_target", .type = Type::kString, .values = kPerformanceTargets},
    {.name = "name", .type = Type::kString, .most = 4096},
    {.name = "description", .type = Type::kString, .most = 27'700},
    {"defaults", Type::kObject},
    {"policy", Type::kObject},
    {"launch", Type::kObject},
    {"lint", Type::kObject},
    {"parameters", Type::kArray},
    {"job_clusters", Type::kArray},
    {"environments", Type::kArray},
    {"tags", Type::kObject},
    {"max_concurrent_runs", Type::kInteger, false, 0, 1000},
    {"timeout_seconds", Type::kInteger, false, 0},
    {.name = "queue", .type = Type::kObject, .members = kQueue},
    {.name = "health", .type = Type::kObject, .members = kHealthMembers},
    {.name = "schedule", .type = Type::kObject, .members = kSchedule},
    {.name = "continuous", .type = Type::kObject, .members = kContinuous},
    {.name = "trigger", .type = Type::kObject, .members = kTrigger},
    {"triggers", Type::kArray},
    {.name = "email_notifications", .type = Type::kObject, .members = kEmailMembers},
    {.name = "webhook_notifications", .type = Type::kObject, .members = kWebhookMembers},
    {.name = "notification_settings", .type = Type::kObject, .members = kNotificationSettings},
    {"git_source", Type::kObject},
    {.name = "run_as", .type = Type::kObject, .members = kRunAs},
    {.name = "access_control_list", .type = Type::kArray, .members = kAccess},
};

}  // namespace brickwork::group::job_members
