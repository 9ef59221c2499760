#pragma once

#include "group/members.h"

namespace brickwork::group {

// Objects of the Jobs API that stand in a job as well as in its tasks.

inline constexpr std::string_view kSourceValues[] = {"WORKSPACE", "GIT"};

inline constexpr MemberRule kEmailMembers[] = {{"on_start", Type::kStrings},
                                               {"on_success", Type::kStrings},
                                               {"on_failure", Type::kStrings},
                                               {"on_duration_warning_threshold_exceeded", Type::kStrings},
                                               {"on_streaming_backlog_exceeded", Type::kStrings},
                                               {"no_alert_for_skipped_runs", Type::kBoolean}};

inline constexpr MemberRule kWebhook[] = {{"id", Type::kString, true}};
inline constexpr std::int64_t kMaxWebhooks = 3;  // for each event
inline constexpr MemberRule kWebhookMembers[] = {
    {.name = "on_start", .type = Type::kArray, .most = kMaxWebhooks, .members = kWebhook},
    {.name = "on_success", .type = Type::kArray, .most = kMaxWebhooks, .members = kWebhook},
    {.name = "on_failure", .type = Type::kArray, .most = kMaxWebhooks, .members = kWebhook},
    {.name = "on_duration_warning_threshold_exceeded", .type = Type::kArray, .most = kMaxWebhooks, .members = kWebhook},
    {.name = "on_streaming_backlog_exceeded", .type = Type::kArray, .most = kMaxWebhooks, .members = kWebhook}};

inline constexpr MemberRule kNotificationSettings[] = {{"no_alert_for_skipped_runs", Type::kBoolean},
                                                       {"no_alert_for_canceled_runs", Type::kBoolean},
                                                       {"alert_on_last_attempt", Type::kBoolean}};

inline constexpr std::string_view kHealthMetrics[] = {"RUN_DURATION_SECONDS", "STREAMING_BACKLOG_BYTES",
                                                      "STREAMING_BACKLOG_RECORDS", "STREAMING_BACKLOG_SECONDS",
                                                      "STREAMING_BACKLOG_FILES"};
inline constexpr std::string_view kHealthOps[] = {"GREATER_THAN"};
inline constexpr MemberRule kHealthRule[] = {
    {.name = "metric", .type = Type::kString, .required = true, .values = kHealthMetrics},
    {.name = "op", .type = Type::kString, .required = true, .values = kHealthOps},
    {.name = "value", .type = Type::kInteger, .required = true, .least = 0}};
inline constexpr MemberRule kHealthMembers[] = {{.name = "rules", .type = Type::kArray, .members = kHealthRule}};

// Who is told by an alert, a dashboard or a query.
inline constexpr MemberRule kSubscriber[] = {{"user_name", Type::kString}, {"destination_id", Type::kString}};

}  // namespace brickwork::group
