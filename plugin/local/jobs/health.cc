#include <boost/json/array.hpp>

#include "local/fields.h"
#include "local/jobs/active_run.h"

namespace brickwork::local {
namespace {

constexpr const char* kTooSlow = "on_duration_warning_threshold_exceeded";

// When something that began at `start_ms` takes too long by its health rules; 0 for never.
std::int64_t warning_time(const boost::json::object& settings, std::int64_t start_ms) {
  const boost::json::object* health = object_field(settings, "health");
  const boost::json::array* rules = health == nullptr ? nullptr : array_field(*health, "rules");
  if (rules == nullptr) return 0;
  for (const boost::json::value& rule : *rules)
    if (text_field(rule.get_object(), "metric") == "RUN_DURATION_SECONDS")
      return start_ms + integer_field(rule.get_object(), "value").value_or(0) * 1000 + 1;  // longer, not as long
  return 0;
}

}  // namespace

// Waiting in the queue is not taking long.
std::int64_t ActiveRun::execution_start() const {
  const bool repaired = run_.repairs.size() > 1;
  return repaired ? run_.repairs.back().start_time : run_.start_time + run_.queue_ms;
}

void ActiveRun::watch_health() {
  run_.warned = false;
  if (const std::int64_t time = warning_time(*run_.settings, execution_start()))
    effects_.actions.emplace_back(WakeAt{time});
}

void ActiveRun::watch_health(const TaskRun& task) {
  if (const std::int64_t time = warning_time(*task.definition, task.start_time))
    effects_.actions.emplace_back(WakeAt{time});
}

// Once for each run and attempt.
void ActiveRun::warn_of_slowness() {
  const std::int64_t now = clock_.now_ms();
  const std::int64_t time = warning_time(*run_.settings, execution_start());
  if (time != 0 && now >= time && !run_.warned) {
    run_.warned = true;
    effects_.notices.push_back({kTooSlow});
  }
  for (TaskRun& task : run_.tasks) {
    if (!task.started || task.state.is_final() || task.warned) continue;
    const std::int64_t task_time = warning_time(*task.definition, task.start_time);
    if (task_time == 0 || now < task_time) continue;
    task.warned = true;
    effects_.notices.push_back({kTooSlow, task.run_id});
  }
}

}  // namespace brickwork::local
