#include "group/inheritance.h"

#include <algorithm>

#include "group/task.h"

namespace brickwork::group {

namespace json = boost::json;

bool is_attempt_member(std::string_view member) {
  return member == "max_retries" || member == "min_retry_interval_millis" || member == "retry_on_timeout" ||
         member == "timeout_seconds";
}

bool is_deep_member(std::string_view member) {
  return member == "email_notifications" || member == "webhook_notifications" || member == "notification_settings";
}

RunsOn runs_on(const Kind* kind, const json::object& task) {
  if (kind == nullptr) return RunsOn::kCluster;
  const json::value* kind_value = task.if_contains(kind->member);
  if (kind->runs_on != RunsOn::kCluster || kind_value == nullptr) return kind->runs_on;
  return runs_on_cluster(kind, *kind_value) ? RunsOn::kCluster : RunsOn::kNothing;
}

bool takes_compute(RunsOn runs_on, std::string_view compute_choice) {
  return runs_on == RunsOn::kCluster || (runs_on == RunsOn::kNewCluster && compute_choice == "new_cluster");
}

Compute compute_of(const json::object& object) {
  Compute compute = Compute::kUnsaid;
  for (const auto& [name, value] : object) {
    if (!is_compute_choice(name)) continue;
    if (!value.is_null()) return Compute::kChosen;
    compute = Compute::kRefused;
  }
  return compute;
}

}  // namespace brickwork::group
