#include "runs/state/unknown_states.h"

#include <algorithm>
#include <array>

namespace brickwork::runs {
namespace {

constexpr std::array<std::string_view, 9> kLifeCycles = {"QUEUED",      "PENDING",        "RUNNING",
                                                         "TERMINATING", "TERMINATED",     "SKIPPED",
                                                         "BLOCKED",     "INTERNAL_ERROR", "WAITING_FOR_RETRY"};
constexpr std::array<std::string_view, 12> kResults = {"SUCCESS",
                                                       "FAILED",
                                                       "TIMEDOUT",
                                                       "CANCELED",
                                                       "MAXIMUM_CONCURRENT_RUNS_REACHED",
                                                       "EXCLUDED",
                                                       "SUCCESS_WITH_FAILURES",
                                                       "UPSTREAM_FAILED",
                                                       "UPSTREAM_CANCELED",
                                                       "DISABLED",
                                                       "EVICTED",
                                                       "UPSTREAM_EVICTED"};
constexpr std::array<std::string_view, 7> kStates = {"BLOCKED", "PENDING",    "QUEUED",     "RUNNING",
                                                     "WAITING", "TERMINATED", "TERMINATING"};

template <std::size_t N>
void check(json::array& warnings, std::string_view word, const std::array<std::string_view, N>& known,
           std::string_view member, std::string_view path) {
  if (word.empty() || std::find(known.begin(), known.end(), word) != known.end()) return;
  Object warning{{"rule", "unknown_state"}};
  if (!path.empty()) warning["path"] = path;
  warning["message"] = "this version does not know the " + std::string(member) + " " + std::string(head(word, 100)) +
                       "; it is shown as it came and ends nothing by itself";
  warnings.push_back(std::move(warning));
}

}  // namespace

void warn_of_unknown_states(json::array& warnings, const Object& document, std::string_view path) {
  const Object& state = object_in(document, "state");
  const std::string_view life_cycle = text(state, "life_cycle_state");
  check(warnings, life_cycle, kLifeCycles, "life_cycle_state", path);
  check(warnings, text(state, "result_state"), kResults, "result_state", path);
  const std::string_view status = text(object_in(document, "status"), "state");
  if (status != life_cycle) check(warnings, status, kStates, "status.state", path);
}

}  // namespace brickwork::runs
