#include <boost/json/array.hpp>
#include <set>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/jobs/check_settings.h"

namespace brickwork::local {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

constexpr std::size_t kDestinationsOfAnEvent = 3;

const object& element(const value& entry, const std::string& list) {
  if (!entry.is_object()) throw malformed_request("Expected an object in " + list + ".");
  return entry.get_object();
}

void check_webhooks(const object& owner) {
  const object* webhooks = object_field(owner, "webhook_notifications");
  if (webhooks == nullptr) return;
  for (const char* event : {"on_start", "on_success", "on_failure", "on_duration_warning_threshold_exceeded",
                            "on_streaming_backlog_exceeded"}) {
    const array* destinations = array_field(*webhooks, event);
    if (destinations == nullptr) continue;
    const std::string name = "webhook_notifications." + std::string(event);
    if (destinations->size() > kDestinationsOfAnEvent)
      throw invalid_parameter("A maximum of 3 destinations can be specified for " + name + ".");
    for (const value& destination : *destinations) required_text(element(destination, name), "id");
  }
}

void check_health(const object& owner) {
  static const std::set<std::string> metrics{"RUN_DURATION_SECONDS", "STREAMING_BACKLOG_BYTES",
                                             "STREAMING_BACKLOG_RECORDS", "STREAMING_BACKLOG_SECONDS",
                                             "STREAMING_BACKLOG_FILES"};
  const object* health = object_field(owner, "health");
  const array* rules = health == nullptr ? nullptr : array_field(*health, "rules");
  if (rules == nullptr) return;
  for (const value& entry : *rules) {
    const object& rule = element(entry, "health.rules");
    if (!metrics.contains(required_text(rule, "metric")))
      throw invalid_parameter("Unknown metric '" + required_text(rule, "metric") + "' in health.rules.");
    if (required_text(rule, "op") != "GREATER_THAN")
      throw invalid_parameter("The op of a health rule must be GREATER_THAN.");
    if (required_integer(rule, "value") < 0 || required_integer(rule, "value") > 1'000'000'000'000)
      throw invalid_parameter("The value of a health rule must not be negative or beyond a trillion.");
  }
}

void check_one(const object& owner) {
  check_webhooks(owner);
  check_health(owner);
  if (const object* settings = object_field(owner, "notification_settings"))
    for (const char* flag : {"no_alert_for_skipped_runs", "no_alert_for_canceled_runs", "alert_on_last_attempt"})
      flag_field(*settings, flag);
}

}  // namespace

void check_notifications(const object& settings) {
  check_one(settings);
  const array* tasks = array_field(settings, "tasks");
  if (tasks == nullptr) return;
  for (const value& task : *tasks) {
    check_one(task.get_object());
    if (const object* for_each = object_field(task.get_object(), "for_each_task"))
      if (const object* nested = object_field(*for_each, "task")) check_one(*nested);
  }
}

}  // namespace brickwork::local
