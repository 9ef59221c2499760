#include "runs/state/verdict.h"

#include <algorithm>
#include <array>

#include "runs/state/termination.h"

namespace brickwork::runs {
namespace {

template <std::size_t N>
bool one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string_view life_cycle(const Object& document) { return text(object_in(document, "state"), "life_cycle_state"); }
std::string_view status_state(const Object& document) { return text(object_in(document, "status"), "state"); }

// A run with a failed task ends as life_cycle_state INTERNAL_ERROR although nothing is wrong with Databricks, so the
// life cycle says whether, never how a run ended.
std::string_view by_result_state(std::string_view result) {
  if (result == "SUCCESS") return "succeeded";
  if (result == "SUCCESS_WITH_FAILURES") return "succeeded_with_failures";
  if (result == "CANCELED" || result == "UPSTREAM_CANCELED" || result == "EVICTED" || result == "UPSTREAM_EVICTED")
    return "canceled";
  if (result == "TIMEDOUT") return "timed_out";
  if (result == "UPSTREAM_FAILED") return "upstream_failed";
  if (result == "EXCLUDED") return "excluded";
  if (result == "DISABLED") return "disabled";
  if (result == "MAXIMUM_CONCURRENT_RUNS_REACHED") return "skipped";
  if (result == "FAILED") return "failed";
  return {};
}

std::string_view by_termination(const Object& document) {
  const std::string_view code = text(object_in(object_in(document, "status"), "termination_details"), "code");
  if (const Termination* termination = find_termination(code)) return termination->verdict;
  if (!code.empty()) return "failed";
  return life_cycle(document) == "SKIPPED" ? "skipped" : "failed";
}

std::string_view final_verdict(const Object& document) {
  const std::string_view verdict = by_result_state(text(object_in(document, "state"), "result_state"));
  return verdict.empty() ? by_termination(document) : verdict;
}

}  // namespace

bool ended(const Object& document) {
  static constexpr std::array<std::string_view, 6> kGoingOn = {"BLOCKED", "PENDING",     "QUEUED",
                                                               "RUNNING", "TERMINATING", "WAITING"};
  static constexpr std::array<std::string_view, 3> kEnds = {"TERMINATED", "SKIPPED", "INTERNAL_ERROR"};
  const std::string_view state = status_state(document);
  if (state == "TERMINATED") return true;
  if (one_of(state, kGoingOn)) return false;
  return one_of(life_cycle(document), kEnds);
}

std::string_view run_verdict(const Object& run) {
  if (!ended(run)) return "running";
  const std::string_view verdict = final_verdict(run);
  if (verdict == "upstream_failed") return "failed";
  if (verdict == "excluded" || verdict == "disabled") return "skipped";
  return verdict;
}

std::string_view task_verdict(const Object& task) {
  if (ended(task)) return final_verdict(task);
  const std::string_view state = status_state(task).empty() ? life_cycle(task) : status_state(task);
  if (state == "BLOCKED") return "waiting";
  if (state == "RUNNING" || state == "TERMINATING") return "running";
  return "pending";
}

bool wants_repair(std::string_view verdict) {
  static constexpr std::array<std::string_view, 4> kUnfinished = {"failed", "timed_out", "canceled", "upstream_failed"};
  return one_of(verdict, kUnfinished);
}

}  // namespace brickwork::runs
