#include "runs/watch/pace.h"

#include <algorithm>

#include "runs/state/attempts.h"
#include "runs/state/verdict.h"

namespace brickwork::runs {
namespace {

constexpr std::int64_t kShortest = 10;
constexpr std::int64_t kLongest = 3'600'000;
constexpr int kOfElapsed = 60;
constexpr std::int64_t kTooLong = std::int64_t{30} * 24 * 3'600'000;  // such a run is rather a clock that is wrong
constexpr double kShareOfWatches = 0.8;
constexpr double kDocumentedRate = 100;  // of runs/get, a second

std::int64_t sensible(std::int64_t wished) { return std::clamp(wished, kShortest, kLongest); }

Result<milliseconds> limit(const Object& limits, std::string_view name, milliseconds otherwise) {
  const json::value* member = limits.if_contains(name);
  if (member == nullptr || member->is_null()) return otherwise;
  const std::optional<std::int64_t> wished = whole_number(limits, name);
  if (wished && *wished > 0) return milliseconds(sensible(*wished));
  return failure(Code::kInvalidArgument,
                 "`" + std::string(name) + "` has to be a whole number of milliseconds above 0; leave it out for " +
                     std::to_string(otherwise.count()),
                 "/interval_ms/" + std::string(name));
}

Result<Pace> adaptive(const json::value& member) {
  if (!member.is_object())
    return failure(Code::kInvalidArgument, R"(`interval_ms` has to be an object, such as {"min": 1000, "max": 60000})",
                   "/interval_ms");
  Pace pace;
  const Result<milliseconds> least = limit(member.get_object(), "min", pace.least);
  if (!least.ok()) return least.status();
  const Result<milliseconds> most = limit(member.get_object(), "max", std::max(pace.most, least.value()));
  if (!most.ok()) return most.status();
  pace.most = most.value();
  pace.least = member.get_object().contains("min") ? least.value() : std::min(least.value(), most.value());
  if (pace.least > pace.most) return failure(Code::kInvalidArgument, "`min` is larger than `max`", "/interval_ms/min");
  pace.usual = std::clamp(pace.usual, pace.least, pace.most);
  return pace;
}

struct Times {
  std::int64_t longest_ms = 0;       // of the tasks that ended
  std::int64_t latest_start_ms = 0;  // of those that run
  std::size_t ended = 0;
  std::size_t left = 0;
};

Times times_of(const Object& run) {
  Times times;
  for (const auto& [key, attempts] : attempts_by_key(run)) {
    const Object& latest = *attempts.back();
    const std::int64_t start = number_or_zero(latest, "start_time");
    if (ended(latest)) {
      ++times.ended;
      times.longest_ms = std::max(times.longest_ms, number_or_zero(latest, "end_time") - start);
    } else {
      ++times.left;
      times.latest_start_ms = std::max(times.latest_start_ms, start);
    }
  }
  return times;
}

// The moments between which runs of this job tend to end.
struct Expected {
  std::int64_t from_ms = 0;
  std::int64_t to_ms = 0;
};

Expected expected_end(const Pace& pace, const Outlook& outlook) {
  if (outlook.started_ms <= 0 || outlook.expected_ms <= 0) return {};
  const std::int64_t tolerance = outlook.expected_ms / 10;
  const std::int64_t end = outlook.started_ms + outlook.expected_ms;
  return {end - tolerance, end + tolerance + pace.usual.count()};
}

}  // namespace

Result<Pace> pace_of(const Object& request) {
  const json::value* limits = request.if_contains("interval_ms");
  const std::int64_t fixed = number_or_zero(request, "poll_ms");
  if (limits != nullptr && !limits->is_null()) return adaptive(*limits);
  if (fixed <= 0) return Pace();
  const milliseconds wished(sensible(fixed));
  return Pace{wished, wished, wished};
}

void look_out(Outlook& outlook, const Object& run, std::int64_t now_ms) {
  if (outlook.seen_ms == 0) outlook.seen_ms = now_ms;
  outlook.started_ms = number_or_zero(run, "start_time");
  const json::array& history = array_in(run, "repair_history");
  if (!history.empty() && history.back().is_object())
    outlook.started_ms = std::max(outlook.started_ms, number_or_zero(history.back().get_object(), "start_time"));
  if (outlook.started_ms > now_ms || outlook.started_ms < now_ms - kTooLong) outlook.started_ms = outlook.seen_ms;
  const Times times = times_of(run);
  const bool few = times.left > 0 && times.left <= std::max<std::size_t>(1, (times.left + times.ended) / 10);
  if (!few || times.ended == 0 || times.latest_start_ms == 0) return;
  // Half as long again as the longest of the others; whoever takes longer than that is no news to wait for.
  const std::int64_t until = times.latest_start_ms + times.longest_ms * 3 / 2;
  if (until > now_ms) outlook.hot_until_ms = std::max(outlook.hot_until_ms, until);
}

milliseconds interval(const Pace& pace, const Outlook& outlook, std::int64_t now_ms) {
  if (now_ms < outlook.hot_until_ms) return pace.least;
  if (outlook.pushed) return pace.most;
  const Expected end = expected_end(pace, outlook);
  if (now_ms >= end.from_ms && now_ms < end.to_ms) return pace.least;
  const std::int64_t elapsed = outlook.started_ms > 0 ? std::max<std::int64_t>(0, now_ms - outlook.started_ms) : 0;
  milliseconds wait = std::clamp(milliseconds(elapsed / kOfElapsed), pace.usual, pace.most);
  if (now_ms < end.from_ms) wait = std::min(wait, std::max(pace.least, milliseconds(end.from_ms - now_ms)));
  return wait;
}

milliseconds interval_of_looks(const Pace& pace, const Outlook& outlook, std::int64_t now_ms) {
  const NextEnd& next = outlook.next_end;
  if (next.to_ms <= now_ms || outlook.pushed) return interval(pace, outlook, now_ms);
  if (now_ms >= next.from_ms) return pace.least;
  const Outlook calm{.seen_ms = outlook.seen_ms, .started_ms = outlook.started_ms};
  const milliseconds wait = interval(pace, next.is_of_all ? calm : outlook, now_ms);
  return std::min(wait, std::max(pace.least, milliseconds(next.from_ms - now_ms)));
}

milliseconds affordable(std::int64_t requests, const RestClient::Options& workspace) {
  const double rate = workspace.requests_per_second > 0 ? workspace.requests_per_second : kDocumentedRate;
  return milliseconds(static_cast<std::int64_t>(static_cast<double>(requests) * 1'000 / (rate * kShareOfWatches)));
}

milliseconds pause(milliseconds interval, int failures, const Status& failure, double chance) {
  const int factor = failures == 0 ? 1 : std::min(1 << std::min(failures - 1, 2), 4);
  const double base = static_cast<double>(interval.count()) * factor * (0.95 + 0.1 * chance);
  milliseconds wait(static_cast<std::int64_t>(base));
  if (!failure.ok() && failure->retry_after) wait = std::max(wait, *failure->retry_after);
  return wait;
}

}  // namespace brickwork::runs
