#include "runs/attempts.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "runs/verdict.h"

namespace brickwork::runs {
namespace {

// What still goes on is newer than all that ended. An attempt that waits has no start time yet, so 0 is the latest; the
// attempt number alone does not order attempts, because a repair may count from 0 again.
auto age(const Object& attempt) {
  const std::int64_t start = number_or_zero(attempt, "start_time");
  return std::tuple(!ended(attempt), start == 0 ? std::numeric_limits<std::int64_t>::max() : start,
                    number_or_zero(attempt, "attempt_number"), number_or_zero(attempt, "run_id"));
}

}  // namespace

std::unordered_map<std::string_view, Attempts> attempts_by_key(const Object& run) {
  const json::array& tasks = array_in(run, "tasks");
  std::unordered_map<std::string_view, Attempts> result;
  result.reserve(tasks.size());
  for (const json::value& item : tasks)
    if (item.is_object()) result[text(item.get_object(), "task_key")].push_back(&item.get_object());
  for (auto& [key, attempts] : result)
    std::sort(attempts.begin(), attempts.end(),
              [](const Object* one, const Object* other) { return age(*one) < age(*other); });
  return result;
}

}  // namespace brickwork::runs
