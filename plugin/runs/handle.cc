#include "runs/handle.h"

#include <algorithm>
#include <unordered_set>

#include "runs/run_url.h"

namespace brickwork::runs {
namespace {

// With the library's version a reader knows which members a handle can have.
constexpr std::string_view kLibraryVersion = "1.0.0";

Result<Handle> from_json(const Object& document) {
  Handle handle;
  handle.host = text(document, "host");
  handle.workspace_id = text(document, "workspace_id");
  handle.job_id = number_or_zero(document, document.contains("job_id") ? "job_id" : "job_id_str");
  handle.run_id = number_or_zero(document, document.contains("run_id") ? "run_id" : "run_id_str");
  if (handle.run_id <= 0)
    return failure(Code::kInvalidArgument, "the handle has no run_id; pass the handle as a launch returned it",
                   "/handle/run_id");
  handle.run_page_url = text(document, "run_page_url");
  handle.name = text(document, "name");
  handle.launch_key = text(document, "launch_key");
  handle.idempotency_token = text(document, "idempotency_token");
  handle.digest = text(document, "digest");
  handle.policy = object_in(document, "policy");
  handle.latest_repair_id = whole_number(document, "latest_repair_id");
  for (const json::value& item : array_in(document, "tasks")) {
    if (!item.is_object()) continue;
    const std::string_view key = text(item.get_object(), "task_key");
    const std::string_view path = text(item.get_object(), "path");
    if (!key.empty())
      handle.tasks.push_back({.path = std::string(path.empty() ? key : path), .task_key = std::string(key)});
  }
  for (const json::value& item : array_in(document, "groups"))
    if (item.is_string()) handle.groups.emplace_back(item.get_string());
  return handle;
}

Status check_host(std::string_view theirs, std::string_view ours, std::string_view pointer) {
  if (theirs.empty() || same_host(theirs, ours)) return Status();
  return failure(Code::kInvalidArgument,
                 "the run belongs to " + std::string(head(theirs, 200)) + ", this client talks to " +
                     std::string(ours) + "; use a client of that workspace",
                 std::string(pointer));
}

// The newest repair in the history, unless the handle knows of one that the history does not show yet.
void learn_repair(Handle& handle, const Object& run) {
  std::optional<std::int64_t> newest;
  bool shows_ours = !handle.latest_repair_id;
  for (const json::value& item : array_in(run, "repair_history")) {
    if (!item.is_object() || text(item.get_object(), "type") != "REPAIR") continue;
    newest = whole_number(item.get_object(), "id");
    shows_ours = shows_ours || newest == handle.latest_repair_id;
  }
  if (newest && shows_ours) handle.latest_repair_id = newest;
}

}  // namespace

Object to_json(const Handle& handle) {
  Object document{{"schema", "handle/1"}, {"host", handle.host}};
  set_text(document, "workspace_id", handle.workspace_id);
  set_id(document, "job_id", handle.job_id);
  set_id(document, "run_id", handle.run_id);
  set_text(document, "run_page_url", handle.run_page_url);
  document["name"] = handle.name;
  set_text(document, "launch_key", handle.launch_key);
  set_text(document, "idempotency_token", handle.idempotency_token);
  set_text(document, "digest", handle.digest);
  json::array& tasks = document["tasks"].emplace_array();
  tasks.reserve(handle.tasks.size());
  for (const auto& task : handle.tasks) tasks.push_back(Object{{"path", task.path}, {"task_key", task.task_key}});
  document["groups"] = json::array(handle.groups.begin(), handle.groups.end());
  document["policy"] = handle.policy;
  if (handle.latest_repair_id) set_id(document, "latest_repair_id", *handle.latest_repair_id);
  document["library_version"] = kLibraryVersion;
  return document;
}

Result<Handle> referred_run(const Object& request, std::string_view host) {
  if (const json::value* member = request.if_contains("handle"); member != nullptr && !member->is_null()) {
    if (!member->is_object())
      return failure(Code::kInvalidArgument, "`handle` has to be an object of schema handle/1", "/handle");
    Result<Handle> handle = from_json(member->get_object());
    if (!handle.ok()) return handle;
    if (Status status = check_host(handle.value().host, host, "/handle/host"); !status.ok()) return status;
    handle.value().host = host;
    return handle;
  }

  Handle handle{.host = std::string(host)};
  if (request.contains("run_id")) {
    handle.run_id = number_or_zero(request, "run_id");
    if (handle.run_id <= 0)
      return failure(Code::kInvalidArgument, "`run_id` has to be a positive whole number", "/run_id");
    return handle;
  }
  const std::string_view url = text(request, "url");
  if (url.empty())
    return failure(Code::kInvalidArgument, "name a run: one of `handle`, `run_id` or `url` (of its page)", "");
  const RunUrl parts = parse_run_url(url);
  if (parts.run_id <= 0)
    return failure(Code::kInvalidArgument,
                   "`url` is not the address of a run page, such as https://HOST/jobs/1/runs/2 or "
                   "https://HOST/?o=0#job/1/run/2",
                   "/url");
  if (Status status = check_host(parts.host, host, "/url"); !status.ok()) return status;
  handle.job_id = parts.job_id;
  handle.run_id = parts.run_id;
  return handle;
}

void learn(Handle& handle, const Object& run) {
  // Of two hosts that raced to create the job one may hold the id of the other job than the run's.
  if (const std::int64_t job_id = number_or_zero(run, "job_id"); job_id != 0) handle.job_id = job_id;
  if (handle.name.empty()) handle.name = text(run, "run_name");
  if (const std::string_view url = text(run, "run_page_url"); !url.empty()) handle.run_page_url = url;
  learn_repair(handle, run);
  if (!handle.tasks.empty()) return;

  std::unordered_set<std::string> seen;
  for (const json::value& item : array_in(run, "tasks")) {
    if (!item.is_object()) continue;
    std::string key(text(item.get_object(), "task_key"));
    if (!key.empty() && seen.insert(key).second) handle.tasks.push_back({.path = key, .task_key = key});
  }
}

Result<std::vector<std::string>> task_keys_of(const Handle& handle, const std::vector<std::string>& paths,
                                              std::string_view pointer) {
  std::vector<std::string> keys;
  std::unordered_set<std::string_view> taken;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    bool found = false;
    for (const auto& task : handle.tasks) {
      if (!lies_in(task.path, paths[i]) && task.task_key != paths[i]) continue;
      found = true;
      if (taken.insert(task.task_key).second) keys.push_back(task.task_key);
    }
    if (!found)
      return failure(Code::kInvalidArgument, "the run has no task or group `" + std::string(head(paths[i], 200)) + "`",
                     std::string(pointer) + "/" + std::to_string(i));
  }
  return keys;
}

bool lies_in(std::string_view path, std::string_view group) {
  return path.starts_with(group) && (path.size() == group.size() || path[group.size()] == '/');
}

}  // namespace brickwork::runs
