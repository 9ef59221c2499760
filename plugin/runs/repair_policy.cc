#include "runs/repair_policy.h"

#include <algorithm>

#include "runs/attempts.h"
#include "runs/verdict.h"

namespace brickwork::runs {
namespace {

std::int64_t repairs_so_far(const Object& run) {
  const json::array& history = array_in(run, "repair_history");
  return std::count_if(history.begin(), history.end(), [](const json::value& item) {
    return item.is_object() && text(item.get_object(), "type") == "REPAIR";
  });
}

void overlay(RepairPolicy& policy, const Object& document) {
  policy.max_attempts = whole_number(document, "max_attempts").value_or(policy.max_attempts);
  policy.dependents = flag(document, "dependents", policy.dependents);
  if (const auto wait_ms = whole_number(document, "wait_ms")) policy.wait = std::chrono::milliseconds(*wait_ms);
  if (!document.contains("on")) return;
  policy.on.clear();
  for (const json::value& item : array_in(document, "on"))
    if (item.is_string()) policy.on.emplace_back(item.get_string());
}

}  // namespace

bool RepairPolicy::repairs(const Handle& handle, const Object& run) const {
  if (repairs_so_far(run) >= max_attempts) return false;
  const std::string_view verdict = run_verdict(run);
  if (verdict != "failed" && verdict != "timed_out") return false;

  const auto listed = [this](std::string_view word) { return std::find(on.begin(), on.end(), word) != on.end(); };
  const auto attempts = attempts_by_key(run);
  bool one_failed = false;
  for (const auto& task : handle.tasks) {
    const auto found = attempts.find(task.task_key);
    if (found == attempts.end()) continue;
    const Object& latest = *found->second.back();
    const std::string_view task_is = task_verdict(latest);
    if (task_is != "failed" && task_is != "timed_out") continue;
    one_failed = true;
    if (!listed("any") && (task_is == "timed_out" || !listed(failure_class(latest)))) return false;
  }
  return one_failed;
}

RepairPolicy repair_policy(const Object& policy, const Object& request) {
  RepairPolicy result;
  overlay(result, object_in(policy, "repair"));
  overlay(result, object_in(request, "repair"));
  return result;
}

}  // namespace brickwork::runs
