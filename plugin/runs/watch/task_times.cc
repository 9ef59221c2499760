#include "runs/watch/task_times.h"

#include <algorithm>
#include <cstdlib>

#include "runs/state/attempts.h"
#include "runs/state/verdict.h"

namespace brickwork::runs {
namespace {

constexpr std::int64_t kLeastMarginMs = 500;
constexpr std::int64_t kFirstSpread = 40;  // of one time alone: a fortieth of it
constexpr std::int64_t kWidest = 4;        // a margin above a fourth of the time tells nothing

}  // namespace

void learn_times(TaskTimes& times, const Object& run) {
  for (const auto& [key, attempts] : attempts_by_key(run)) {
    const Object& latest = *attempts.back();
    const std::int64_t took = number_or_zero(latest, "end_time") - number_or_zero(latest, "start_time");
    if (took <= 0 || task_verdict(latest) != "succeeded") continue;
    const auto [known, is_new] = times.try_emplace(std::string(key), TaskTime{took, took / kFirstSpread});
    if (is_new) continue;
    TaskTime& time = known->second;
    time.spread_ms = std::max(std::abs(took - time.mean_ms), time.spread_ms * 3 / 4);
    time.mean_ms = (time.mean_ms * 3 + took) / 4;
  }
}

NextEnd next_end(const TaskTimes& times, const Object& run, std::int64_t now_ms) {
  NextEnd next{.from_ms = 0, .to_ms = 0, .is_of_all = true};
  if (times.empty()) return {};
  for (const auto& [key, attempts] : attempts_by_key(run)) {
    const Object& latest = *attempts.back();
    const std::string_view verdict = task_verdict(latest);
    if (ended(latest) || verdict == "waiting") continue;
    const auto known = times.find(key);
    const std::int64_t start = number_or_zero(latest, "start_time");
    const std::int64_t margin = known == times.end() ? 0 : std::max(kLeastMarginMs, known->second.spread_ms * 2);
    const std::int64_t end = known == times.end() ? 0 : start + known->second.mean_ms;
    if (verdict != "running" || start <= 0 || margin == 0 || margin > known->second.mean_ms / kWidest ||
        end + margin <= now_ms) {
      next.is_of_all = false;
      continue;
    }
    if (next.to_ms == 0 || end - margin < next.from_ms) {
      next.from_ms = end - margin;
      next.to_ms = end + margin;
    }
  }
  if (next.to_ms == 0) next.is_of_all = false;
  return next;
}

}  // namespace brickwork::runs
