#include "local/jobs/trigger.h"

#include <limits>
#include <map>
#include <stdexcept>

#include "local/api_error.h"
#include "local/fields.h"

namespace brickwork::local {
namespace {

using boost::json::object;

bool is_paused(const object& trigger) {
  const std::string status = text_field(trigger, "pause_status").value_or("UNPAUSED");
  if (status != "PAUSED" && status != "UNPAUSED") throw invalid_parameter("pause_status must be PAUSED or UNPAUSED.");
  return status == "PAUSED";
}

ScheduleTrigger schedule(const object& from) {
  const std::string name = required_text(from, "timezone_id");
  std::optional<TimeZone> zone = TimeZone::find(name);
  if (!zone) throw invalid_parameter("Invalid timezone_id: '" + name + "'.");
  const std::string expression = required_text(from, "quartz_cron_expression");
  try {
    return {QuartzCron(expression), std::move(*zone)};
  } catch (const std::invalid_argument& error) {
    throw invalid_parameter("Invalid quartz cron expression: '" + expression + "': " + error.what() + ".");
  }
}

PeriodicTrigger periodic(const object& from) {
  static const std::map<std::string, std::int64_t> units{
      {"MINUTES", 60'000}, {"HOURS", 3'600'000}, {"DAYS", 86'400'000}, {"WEEKS", 604'800'000}};
  const auto unit = units.find(required_text(from, "unit"));
  if (unit == units.end()) throw invalid_parameter("trigger.periodic.unit must be one of MINUTES, HOURS, DAYS, WEEKS.");
  const std::int64_t interval = required_integer(from, "interval");
  if (interval < 1 || interval > std::numeric_limits<std::int32_t>::max())
    throw invalid_parameter("trigger.periodic.interval must be at least 1.");
  return {interval * unit->second};
}

// A paused one may wait for files of any place.
std::optional<Trigger> arrival(const object& from, bool paused) {
  if (!paused) return file_arrival(from);
  required_text(from, "url");
  return std::nullopt;
}

// A job that waits for an event that nobody watches for would look like one that works.
[[noreturn]] void refuse(const object& trigger) {
  std::string kind = "trigger";
  for (const char* name : {"table_update", "table", "model", "sql_condition"})
    if (trigger.contains(name)) kind = std::string("trigger.") + name;
  throw feature_disabled("The local workspace does not watch for " + kind +
                         ": remove it from the job or set its pause_status to PAUSED.");
}

}  // namespace

std::optional<Trigger> active_trigger(const object& settings) {
  const object* const scheduled = object_field(settings, "schedule");
  const object* const continuous = object_field(settings, "continuous");
  const object* const trigger = object_field(settings, "trigger");
  if ((scheduled != nullptr) + (continuous != nullptr) + (trigger != nullptr) > 1)
    throw invalid_parameter("Only one of schedule, continuous and trigger can be set.");
  if (scheduled != nullptr) {
    Trigger parsed = schedule(*scheduled);
    return is_paused(*scheduled) ? std::nullopt : std::make_optional(std::move(parsed));
  }
  if (continuous != nullptr) {
    text_field(*continuous, "task_retry_mode");
    return is_paused(*continuous) ? std::nullopt : std::make_optional<Trigger>(ContinuousTrigger());
  }
  if (trigger == nullptr) return std::nullopt;
  const bool paused = is_paused(*trigger);
  const object* const by_time = object_field(*trigger, "periodic");
  const object* const by_files = object_field(*trigger, "file_arrival");
  if (by_time == nullptr && by_files != nullptr) return arrival(*by_files, paused);
  if (by_time == nullptr && !paused) refuse(*trigger);
  if (by_time == nullptr) return std::nullopt;
  const PeriodicTrigger parsed = periodic(*by_time);
  return paused ? std::nullopt : std::make_optional<Trigger>(parsed);
}

}  // namespace brickwork::local
