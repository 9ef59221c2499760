#include "runs/state/state.h"

#include <unordered_set>

#include "runs/state/attempts.h"
#include "runs/state/group_state.h"
#include "runs/state/repair_history.h"
#include "runs/state/unknown_states.h"
#include "runs/state/verdict.h"

namespace brickwork::runs {
namespace {

void set_times(Object& to, const Object& from) {
  set_time(to, "start_time_ms", from, "start_time");
  set_time(to, "end_time_ms", from, "end_time");
  set_time(to, "queue_ms", from, "queue_duration");
  set_time(to, "setup_ms", from, "setup_duration");
  set_time(to, "execution_ms", from, "execution_duration");
  set_time(to, "cleanup_ms", from, "cleanup_duration");
}

// The life cycle in v1's words; a server that sends only v2 gives those.
void set_life_cycle(Object& to, const Object& from) {
  const Object& state = object_in(from, "state");
  const Object& status = object_in(from, "status");
  const Object& termination = object_in(status, "termination_details");
  std::string_view life_cycle = text(state, "life_cycle_state");
  if (life_cycle.empty()) life_cycle = text(status, "state");
  to["life_cycle_state"] = life_cycle.empty() ? "PENDING" : life_cycle;
  set_text(to, "result_state", text(state, "result_state"));
  std::string_view message = text(state, "state_message");
  set_text(to, "state_message", message.empty() ? text(termination, "message") : message);
  set_text(to, "termination_code", text(termination, "code"));
  set_text(to, "termination_type", text(termination, "type"));
}

Object run_part(const Handle& handle, const Object& run) {
  Object part;
  set_id(part, "run_id", handle.run_id);
  set_id(part, "job_id", handle.job_id);
  part["name"] = text(run, "run_name").empty() ? std::string_view(handle.name) : text(run, "run_name");
  set_life_cycle(part, run);
  set_text(part, "run_page_url", handle.run_page_url);
  set_times(part, run);
  set_time(part, "run_duration_ms", run, "run_duration");
  return part;
}

json::array attempts_part(const Attempts& attempts) {
  json::array part;
  for (const Object* attempt : attempts) {
    Object entry;
    set_id(entry, "run_id", number_or_zero(*attempt, "run_id"));
    set_text(entry, "result_state", text(object_in(*attempt, "state"), "result_state"));
    set_time(entry, "start_time_ms", *attempt, "start_time");
    set_time(entry, "end_time_ms", *attempt, "end_time");
    part.push_back(std::move(entry));
  }
  return part;
}

using PathOfKey = std::unordered_map<std::string_view, std::string_view>;

json::array dependencies(const Object& task, const PathOfKey& paths) {
  json::array part;
  for (const json::value& item : array_in(task, "depends_on")) {
    if (!item.is_object()) continue;
    const std::string_view key = text(item.get_object(), "task_key");
    const auto path = paths.find(key);
    part.push_back(json::string(path == paths.end() ? key : path->second));
  }
  return part;
}

Object task_part(const group::CompiledTask& name, const Attempts& attempts, const PathOfKey& paths,
                 const ErrorHead& error_head) {
  const Object& latest = *attempts.back();
  const std::int64_t task_run_id = number_or_zero(latest, "run_id");
  const std::string_view verdict = task_verdict(latest);
  Object part{{"path", name.path}, {"task_key", name.task_key}};
  set_id(part, "run_id", task_run_id);
  set_life_cycle(part, latest);
  part["verdict"] = verdict;
  if (error_head && verdict == "failed") set_text(part, "error", error_head(task_run_id));
  part["attempt_number"] = number_or_zero(latest, "attempt_number");
  part["attempts"] = attempts_part(attempts);
  set_times(part, latest);
  set_text(part, "url", text(latest, "run_page_url"));
  part["depends_on"] = dependencies(latest, paths);
  return part;
}

// A task that the run does not list: it comes later, or was left out by `only`.
Object absent_task(const group::CompiledTask& name, bool run_ended) {
  return Object{{"path", name.path},
                {"task_key", name.task_key},
                {"life_cycle_state", run_ended ? "SKIPPED" : "PENDING"},
                {"verdict", run_ended ? "skipped" : "pending"},
                {"attempt_number", 0},
                {"attempts", json::array()},
                {"repairing", false},
                {"depends_on", json::array()}};
}

// What broke first, so that nobody has to look through a thousand tasks for it.
void set_first_error(Object& state, const json::array& tasks) {
  static constexpr std::size_t kHeadBytes = 500;  // the whole of it stands at its task
  const Object* first = nullptr;
  for (const json::value& item : tasks) {
    const Object& task = item.get_object();
    if (text(task, "verdict") != "failed" && text(task, "verdict") != "timed_out") continue;
    if (first == nullptr || number_or_zero(task, "end_time_ms") < number_or_zero(*first, "end_time_ms")) first = &task;
  }
  if (first == nullptr) return;
  Object error{{"path", text(*first, "path")}};
  const std::string_view own = text(*first, "error");
  set_text(error, "error", head(own.empty() ? text(*first, "state_message") : own, kHeadBytes));
  state["first_error"] = std::move(error);
}

}  // namespace

Object state_of(const Handle& handle, const Object& run, const ErrorHead& error_head) {
  const auto attempts = attempts_by_key(run, handle);
  const auto repairing = runs_of_latest_repair(run);
  const bool run_ended = ended(run) && !repair_not_yet_visible(handle, run);
  PathOfKey paths;
  paths.reserve(handle.tasks.size());
  for (const auto& task : handle.tasks) paths.emplace(task.task_key, task.path);

  json::array warnings;
  warn_of_unknown_states(warnings, run, {});
  json::array tasks;
  tasks.reserve(handle.tasks.size());
  for (const auto& name : handle.tasks) {
    const auto found = attempts.find(name.task_key);
    if (found == attempts.end()) {
      tasks.push_back(absent_task(name, run_ended));
      continue;
    }
    Object part = task_part(name, found->second, paths, error_head);
    warn_of_unknown_states(warnings, *found->second.back(), name.path);
    part["repairing"] = !ended(*found->second.back()) && repairing.contains(number_or_zero(part, "run_id"));
    tasks.push_back(std::move(part));
  }

  Object state{{"schema", "state/1"}, {"verdict", run_ended ? run_verdict(run) : "running"}};
  state["run"] = run_part(handle, run);
  state["groups"] = group_states(handle.groups, tasks);
  set_first_error(state, tasks);
  state["tasks"] = std::move(tasks);
  state["repairs"] = repairs_of(handle, run);
  if (!warnings.empty()) state["warnings"] = std::move(warnings);
  return state;
}

std::vector<std::int64_t> failed_task_runs(const Handle& handle, const Object& run) {
  const auto attempts = attempts_by_key(run, handle);
  std::vector<std::int64_t> ids;
  for (const auto& name : handle.tasks) {
    const auto found = attempts.find(name.task_key);
    if (found != attempts.end() && task_verdict(*found->second.back()) == "failed")
      ids.push_back(number_or_zero(*found->second.back(), "run_id"));
  }
  return ids;
}

}  // namespace brickwork::runs
