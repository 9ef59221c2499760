#include "runs/state/group_state.h"

#include <unordered_set>

#include "runs/state/handle.h"

namespace brickwork::runs {
namespace {

struct Tally {
  int total = 0;
  int done = 0;
  int started = 0;
  int pending = 0;
  int failed = 0;
  int failed_leaves = 0;
  int timed_out = 0;
  int canceled = 0;
  int ran = 0;
};

bool is_final(std::string_view verdict) { return verdict != "running" && verdict != "waiting" && verdict != "pending"; }

void count(Tally& tally, std::string_view verdict, bool leaf) {
  const bool failed = verdict == "failed" || verdict == "upstream_failed";
  ++tally.total;
  tally.done += is_final(verdict);
  tally.started += is_final(verdict) || verdict == "running";
  tally.pending += verdict == "pending";
  tally.failed += failed;
  tally.failed_leaves += failed && leaf;
  tally.timed_out += verdict == "timed_out";
  tally.canceled += verdict == "canceled";
  tally.ran += verdict == "succeeded" || verdict == "succeeded_with_failures";
}

std::string_view sum_up(const Tally& tally) {
  if (tally.done < tally.total) {
    if (tally.started > 0) return "running";
    return tally.pending > 0 ? "pending" : "waiting";
  }
  if (tally.failed_leaves > 0) return "failed";
  if (tally.timed_out > 0) return "timed_out";
  if (tally.canceled > 0) return "canceled";
  if (tally.failed > 0) return "succeeded_with_failures";
  return tally.ran > 0 || tally.total == 0 ? "succeeded" : "skipped";
}

}  // namespace

json::array group_states(const std::vector<std::string>& groups, const json::array& tasks) {
  json::array states;
  for (const std::string& group : groups) {
    std::vector<const Object*> members;
    std::unordered_set<std::string_view> has_dependents;
    for (const json::value& task : tasks) {
      if (!lies_in(text(task.get_object(), "path"), group)) continue;
      members.push_back(&task.get_object());
      for (const json::value& upstream : array_in(task.get_object(), "depends_on"))
        has_dependents.insert(upstream.get_string());
    }
    Tally tally;
    for (const Object* task : members)
      count(tally, text(*task, "verdict"), !has_dependents.contains(text(*task, "path")));
    states.push_back(
        Object{{"path", group}, {"verdict", sum_up(tally)}, {"tasks_total", tally.total}, {"tasks_done", tally.done}});
  }
  return states;
}

}  // namespace brickwork::runs
