#include "runs/state/handle_at_rest.h"

#include <array>

namespace brickwork::runs {
namespace {

constexpr std::array<const char*, 3> kOfTheRun = {"job_id", "name", "run_page_url"};

// The tasks as the handle would list them.
json::array tasks_of(const Object& state) {
  json::array tasks;
  for (const json::value& item : array_in(state, "tasks"))
    tasks.push_back(Object{{"path", text(item.as_object(), "path")}, {"task_key", text(item.as_object(), "task_key")}});
  return tasks;
}

}  // namespace

std::string at_rest(const Handle& handle, const Object& state) {
  Object rest = to_json(handle);
  for (const char* name : {"schema", "library_version", "host", "run_id", "run_id_str", "job_id_str"}) rest.erase(name);
  const Object& run = object_in(state, "run");
  for (const char* name : kOfTheRun) {
    const json::value* said = run.if_contains(name);
    if (said != nullptr && rest.contains(name) && *said == rest.at(name)) rest.erase(name);
  }
  if (rest.at("tasks") == tasks_of(state)) rest.erase("tasks");
  if (handle.groups.empty()) rest.erase("groups");
  if (handle.policy.empty()) rest.erase("policy");
  if (rest.empty()) return {};
  std::string text = json::serialize(rest);
  text.shrink_to_fit();
  return text;
}

Handle awake(const std::string& rest, const Object& state, std::int64_t run_id, const std::string& host) {
  Object document = rest.empty() ? Object() : json::parse(rest).as_object();
  const Object& run = object_in(state, "run");
  for (const char* name : kOfTheRun)
    if (run.contains(name) && !document.contains(name)) document[name] = run.at(name);
  if (!document.contains("tasks")) document["tasks"] = tasks_of(state);
  document["host"] = host;
  document["run_id"] = run_id;
  return referred_run(Object{{"handle", std::move(document)}}, host).value();
}

}  // namespace brickwork::runs
