#include "runs/state/attempts.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "runs/state/verdict.h"

namespace brickwork::runs {
namespace {

// What still goes on is newer than all that ended. An attempt that waits has no start time yet, so 0 is the latest; the
// attempt number alone does not order attempts, because a repair may count from 0 again.
auto age(const Object& attempt) {
  const std::int64_t start = number_or_zero(attempt, "start_time");
  return std::tuple(!ended(attempt), start == 0 ? std::numeric_limits<std::int64_t>::max() : start,
                    number_or_zero(attempt, "attempt_number"), number_or_zero(attempt, "run_id"));
}

void sort_by_age(AttemptsByKey& all) {
  for (auto& [key, attempts] : all)
    std::sort(attempts.begin(), attempts.end(),
              [](const Object* one, const Object* other) { return age(*one) < age(*other); });
}

}  // namespace

AttemptsByKey attempts_by_key(const Object& run) {
  const json::array& tasks = array_in(run, "tasks");
  AttemptsByKey result;
  result.reserve(tasks.size());
  for (const json::value& item : tasks)
    if (item.is_object()) result[text(item.get_object(), "task_key")].push_back(&item.get_object());
  sort_by_age(result);
  return result;
}

AttemptsByKey attempts_by_key(const Object& run, const Handle& handle) {
  const json::array& tasks = array_in(run, "tasks");
  if (handle.tasks.size() >= tasks.size()) return attempts_by_key(run);
  AttemptsByKey result;
  for (const auto& task : handle.tasks) result.try_emplace(task.task_key);
  for (const json::value& item : tasks) {
    if (!item.is_object()) continue;
    const auto wanted = result.find(text(item.get_object(), "task_key"));
    if (wanted != result.end()) wanted->second.push_back(&item.get_object());
  }
  std::erase_if(result, [](const auto& entry) { return entry.second.empty(); });
  sort_by_age(result);
  return result;
}

}  // namespace brickwork::runs
