#include "runs/repair/plan.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "runs/state/attempts.h"
#include "runs/state/repair_history.h"
#include "runs/state/state.h"
#include "runs/state/verdict.h"

namespace brickwork::runs {
namespace {

using ByKey = std::unordered_map<std::string_view, Attempts>;
using Reasons = std::unordered_map<std::string_view, std::string>;  // by task key, of what is run again

std::string own_reason(const Object& task) {
  const std::string_view verdict = task_verdict(task);
  if (!wants_repair(verdict)) return {};
  if (text(object_in(task, "state"), "result_state") == "UPSTREAM_CANCELED") return "upstream_canceled";
  return std::string(verdict);
}

Reasons chosen(const Handle& handle, const ByKey& attempts, const RepairWish& wish) {
  Reasons reasons;
  for (const auto& task : handle.tasks) {
    const auto found = attempts.find(task.task_key);
    if (found == attempts.end()) continue;
    const bool named = std::find(wish.task_keys.begin(), wish.task_keys.end(), task.task_key) != wish.task_keys.end();
    std::string reason = own_reason(*found->second.back());
    if (wish.task_keys.empty() ? reason.empty() : !named) continue;
    reasons.emplace(task.task_key, reason.empty() ? "asked for" : std::move(reason));
  }
  return reasons;
}

// The first task above that is run again.
std::string_view first_upstream(const Object& task, const Reasons& reasons) {
  for (const json::value& item : array_in(task, "depends_on")) {
    const std::string_view upstream = item.is_object() ? text(item.get_object(), "task_key") : std::string_view();
    if (reasons.contains(upstream)) return upstream;
  }
  return {};
}

// Goes round until nothing is added; each round reaches one step further down.
void add_dependents(const Handle& handle, const ByKey& attempts, Reasons& reasons) {
  std::unordered_map<std::string_view, std::string_view> paths;
  for (const auto& task : handle.tasks) paths.emplace(task.task_key, task.path);
  for (bool added = true; added;) {
    added = false;
    for (const auto& task : handle.tasks) {
      const auto found = attempts.find(task.task_key);
      if (found == attempts.end() || reasons.contains(task.task_key)) continue;
      const std::string_view upstream = first_upstream(*found->second.back(), reasons);
      if (upstream.empty()) continue;
      reasons.emplace(task.task_key, "depends on " + std::string(paths[upstream]));
      added = true;
    }
  }
}

// A task that its run_if or a condition kept from running is decided anew when what it waits for runs again. Databricks
// does so for "all that failed", not for tasks that are named, and we name them.
void add_excluded(const Handle& handle, const ByKey& attempts, Reasons& reasons) {
  for (bool added = true; added;) {
    added = false;
    for (const auto& task : handle.tasks) {
      const auto found = attempts.find(task.task_key);
      if (found == attempts.end() || reasons.contains(task.task_key)) continue;
      if (task_verdict(*found->second.back()) != "excluded" || first_upstream(*found->second.back(), reasons).empty())
        continue;
      reasons.emplace(task.task_key, "excluded");
      added = true;
    }
  }
}

// What would be possible, but is not asked for: named tasks run alone.
json::array unblocked(const Handle& handle, const ByKey& attempts, const Reasons& reasons) {
  json::array paths;
  for (const auto& task : handle.tasks) {
    const auto found = attempts.find(task.task_key);
    if (found == attempts.end() || reasons.contains(task.task_key)) continue;
    const std::string_view verdict = task_verdict(*found->second.back());
    const bool waits = verdict == "upstream_failed" || verdict == "excluded" ||
                       text(object_in(*found->second.back(), "state"), "result_state") == "UPSTREAM_CANCELED";
    if (waits && !first_upstream(*found->second.back(), reasons).empty()) paths.push_back(json::string(task.path));
  }
  return paths;
}

std::string unfinished(const Handle& handle, const ByKey& attempts) {
  std::string names;
  int more = 0;
  for (const auto& task : handle.tasks) {
    const auto found = attempts.find(task.task_key);
    if (found == attempts.end() || ended(*found->second.back())) continue;
    if (names.size() > 100) {
      ++more;
    } else {
      names += (names.empty() ? "" : ", ") + std::string(head(task.path, 100));
    }
  }
  return more == 0 ? names : names + " and " + std::to_string(more) + " more";
}

// Without this a repair would run with the job's defaults instead of what the run was started with.
Object carried_parameters(const Object& run, const Object& wished) {
  Object parameters;
  for (const json::value& item : array_in(run, "job_parameters")) {
    if (!item.is_object()) continue;
    const json::value* value = item.get_object().if_contains("value");
    const std::string_view name = text(item.get_object(), "name");
    if (!name.empty() && value != nullptr && value->is_string()) parameters[name] = *value;
  }
  for (const auto& [name, value] : wished) parameters[name] = value;
  return parameters;
}

Object repair_body(const Handle& handle, const Object& run, const json::array& rerun, const RepairWish& wish,
                   const Object& parameters) {
  Object body{{"run_id", handle.run_id}};
  json::array& keys = body["rerun_tasks"].emplace_array();
  for (const json::value& task : rerun) keys.push_back(task.get_object().at("task_key"));
  if (wish.dependents) body["rerun_dependent_tasks"] = true;
  if (handle.latest_repair_id) body["latest_repair_id"] = *handle.latest_repair_id;
  if (!parameters.empty()) body["job_parameters"] = parameters;
  // notebook_params and the other overrides of old jobs; a run has either these or job parameters.
  for (const auto& [name, value] : object_in(run, "overriding_parameters"))
    if (!body.contains(name)) body[name] = value;
  return body;
}

std::string why_not(const Handle& handle, const Object& run, const ByKey& attempts, const json::array& rerun) {
  if (!ended(run) || repair_not_yet_visible(handle, run)) {
    const std::string going_on = unfinished(handle, attempts);
    return "the run is still active" + (going_on.empty() ? "" : " (" + going_on + ")") +
           "; say `wait`, or cancel it, then repair it";
  }
  if (text(run, "run_type") == "SUBMIT_RUN")
    return "the run has no saved job, and Databricks repairs runs of saved jobs only; start it again instead";
  if (rerun.empty()) return "nothing failed; name the `tasks` to run again";
  return {};
}

}  // namespace

Object plan_of(const Handle& handle, const Object& run, const RepairWish& wish) {
  const ByKey attempts = attempts_by_key(run);
  Reasons reasons = chosen(handle, attempts, wish);
  if (wish.dependents) add_dependents(handle, attempts, reasons);
  if (wish.task_keys.empty()) add_excluded(handle, attempts, reasons);

  json::array rerun, keep;
  std::int64_t saved_ms = 0;
  for (const auto& task : handle.tasks) {
    const auto found = attempts.find(task.task_key);
    if (found == attempts.end()) continue;
    const Object& latest = *found->second.back();
    const auto reason = reasons.find(task.task_key);
    if (reason == reasons.end()) {
      keep.push_back(json::string(task.path));
      saved_ms += number_or_zero(latest, "setup_duration") + number_or_zero(latest, "execution_duration");
      continue;
    }
    Object entry{{"path", task.path}, {"task_key", task.task_key}};
    set_id(entry, "run_id", number_or_zero(latest, "run_id"));
    entry["reason"] = reason->second;
    rerun.push_back(std::move(entry));
  }

  const std::string reason = why_not(handle, run, attempts, rerun);
  const Object parameters = carried_parameters(run, wish.parameters);
  Object plan{{"schema", "plan/1"}};
  set_id(plan, "run_id", handle.run_id);
  plan["possible"] = reason.empty();
  set_text(plan, "reason", reason);
  plan["request"] = repair_body(handle, run, rerun, wish, parameters);
  plan["rerun"] = std::move(rerun);
  plan["keep"] = std::move(keep);
  plan["parameters"] = parameters;
  if (handle.latest_repair_id) set_id(plan, "latest_repair_id", *handle.latest_repair_id);
  plan["saved_ms"] = saved_ms;
  if (json::array paths = unblocked(handle, attempts, reasons); !paths.empty()) plan["unblocked"] = std::move(paths);
  return plan;
}

std::int64_t repair_under_way(const Handle& handle, const Object& run, const RepairWish& wish) {
  const std::unordered_set<std::int64_t> ids = runs_of_latest_repair(run);
  if (ended(run) || ids.empty()) return 0;
  const ByKey attempts = attempts_by_key(run);
  // What had failed runs again, so it no longer counts as failed: what is left over is not in this repair.
  for (const auto& [key, reason] : chosen(handle, attempts, wish))
    if (!ids.contains(number_or_zero(*attempts.at(key).back(), "run_id"))) return 0;
  return number_or_zero(array_in(run, "repair_history").back().get_object(), "id");
}

std::vector<std::string> rerun_keys(const Object& plan) {
  std::vector<std::string> keys;
  for (const json::value& item : array_in(plan, "rerun"))
    if (item.is_object()) keys.emplace_back(text(item.get_object(), "task_key"));
  return keys;
}

}  // namespace brickwork::runs
