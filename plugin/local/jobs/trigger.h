#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <variant>

#include "local/jobs/file_arrival.h"
#include "local/jobs/quartz_cron.h"

namespace brickwork::local {

// What starts the runs of a job besides run-now.
struct ScheduleTrigger {
  QuartzCron cron;
  TimeZone zone;
};
struct PeriodicTrigger {
  std::int64_t interval_ms;
};
struct ContinuousTrigger {};
using Trigger = std::variant<ScheduleTrigger, PeriodicTrigger, ContinuousTrigger, FileArrivalTrigger>;

// The trigger of job settings, unless it is paused or there is none. Throws ApiError when it is wrong, also when it is
// paused, or when it is of a kind that nobody here can watch.
std::optional<Trigger> active_trigger(const boost::json::object& settings);

}  // namespace brickwork::local
