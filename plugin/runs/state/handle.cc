#include "runs/state/handle.h"

#include <algorithm>
#include <cstdlib>
#include <unordered_set>

#include "runs/wire/run_url.h"

namespace brickwork::runs {
namespace {

// With the library's version a reader knows which members a handle can have.
constexpr std::string_view kLibraryVersion = "1.0.0";

Status bad_handle(std::string what, std::string pointer) {
  return failure(Code::kInvalidArgument, std::move(what) + "; pass the handle as a launch returned it",
                 "/handle/" + std::move(pointer));
}

// A handle of this major says handle/1, or nothing.
Status check_schema(const Object& document) {
  const json::value* schema = document.if_contains("schema");
  if (schema == nullptr) return Status();
  if (schema->is_string() && schema->get_string() == "handle/1") return Status();
  if (schema->is_string() && std::string_view(schema->get_string()).starts_with("handle/"))
    return failure(Code::kUnimplemented,
                   "this library reads handle/1, not `" + std::string(head(schema->get_string(), 100)) +
                       "`; use a library of the version that launched the run, or attach to its run id",
                   "/handle/schema");
  return bad_handle("`schema` has to be \"handle/1\"", "schema");
}

// An id stands there as a number and as text. Readers whose numbers end at 2^53 hand the number on rounded, and then
// the text is right; any other difference is somebody's mistake.
Result<std::int64_t> id_of(const Object& document, const std::string& name) {
  constexpr std::int64_t kExact = std::int64_t{1} << 53;
  const std::optional<std::int64_t> written = whole_number(document, name + "_str");
  const json::value* number = document.if_contains(name);
  if (number == nullptr || number->is_null()) return written.value_or(0);
  if (number->is_double() && written && *written > kExact) return *written;
  const std::optional<std::int64_t> plain = whole_number(document, name);
  if (!plain) return bad_handle("`" + name + "` has to be a whole number", name);
  if (!written || *written == *plain) return *plain;
  if (*written > kExact && *plain > kExact && std::abs(*written - *plain) <= 1024) return *written;
  return bad_handle("`" + name + "` and `" + name + "_str` name two different runs or jobs", name + "_str");
}

Status read_tasks(const Object& document, Handle& handle) {
  const json::value* tasks = document.if_contains("tasks");
  if (tasks == nullptr || tasks->is_null()) return Status();
  if (!tasks->is_array()) return bad_handle("`tasks` has to be an array", "tasks");
  std::unordered_set<std::string_view> keys;  // an altered handle must not make a repair run a task twice
  for (std::size_t i = 0; i < tasks->get_array().size(); ++i) {
    const json::value& item = tasks->get_array()[i];
    const std::string_view key = item.is_object() ? text(item.get_object(), "task_key") : std::string_view();
    if (key.empty()) return bad_handle("a task without `task_key`", "tasks/" + std::to_string(i));
    const std::string_view path = text(item.get_object(), "path");
    if (keys.insert(key).second)
      handle.tasks.push_back({.path = std::string(path.empty() ? key : path), .task_key = std::string(key)});
  }
  return Status();
}

Result<Handle> from_json(const Object& document) {
  Handle handle;
  if (Status status = check_schema(document); !status.ok()) return status;
  handle.host = text(document, "host");
  // The same number is another run in another workspace.
  if (handle.host.empty()) return bad_handle("the handle has no host", "host");
  handle.workspace_id = text(document, "workspace_id");
  const Result<std::int64_t> job_id = id_of(document, "job_id");
  if (!job_id.ok()) return job_id.status();
  handle.job_id = job_id.value();
  const Result<std::int64_t> run_id = id_of(document, "run_id");
  if (!run_id.ok()) return run_id.status();
  handle.run_id = run_id.value();
  if (handle.run_id <= 0) return bad_handle("the handle has no run_id", "run_id");
  handle.run_page_url = text(document, "run_page_url");
  handle.name = text(document, "name");
  handle.launch_key = text(document, "launch_key");
  handle.idempotency_token = text(document, "idempotency_token");
  handle.digest = text(document, "digest");
  handle.policy = object_in(document, "policy");
  handle.latest_repair_id = whole_number(document, "latest_repair_id_str");
  if (!handle.latest_repair_id) handle.latest_repair_id = whole_number(document, "latest_repair_id");
  handle.repairs = own_repairs(document);
  if (Status status = read_tasks(document, handle); !status.ok()) return status;
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
  if (!handle.repairs.empty()) document["repairs"] = to_json(handle.repairs);
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

void learn_groups(Handle& handle) {
  std::unordered_set<std::string> paths, groups;
  std::vector<std::string> in_order;
  std::vector<group::CompiledTask> tasks;
  for (const auto& task : handle.tasks) {
    std::string path;
    std::string_view rest = task.task_key;
    for (std::size_t at = rest.find("__"); at != rest.npos; at = rest.find("__")) {
      if (at == 0 || at + 2 >= rest.size()) return;  // "__init" is no group
      path += (path.empty() ? "" : "/") + std::string(rest.substr(0, at));
      if (groups.insert(path).second) in_order.push_back(path);
      rest.remove_prefix(at + 2);
    }
    path += (path.empty() ? "" : "/") + std::string(rest);
    paths.insert(path);
    tasks.push_back({.path = std::move(path), .task_key = task.task_key});
  }
  for (const std::string& name : groups)
    if (paths.contains(name)) return;
  handle.tasks = std::move(tasks);
  handle.groups = std::move(in_order);
}

void keep_tasks(Handle& handle, const std::vector<std::string>& task_keys) {
  if (handle.tasks.size() <= task_keys.size()) return;
  const std::unordered_set<std::string_view> keys(task_keys.begin(), task_keys.end());
  std::unordered_set<std::string_view> around_kept, around_others;
  for (const auto& task : handle.tasks) {
    const std::string_view path = task.path;
    auto& around = keys.contains(task.task_key) ? around_kept : around_others;
    for (std::size_t end = path.find('/'); end != path.npos; end = path.find('/', end + 1))
      around.insert(path.substr(0, end));
  }
  std::erase_if(handle.groups, [&](const std::string& group) {
    return !around_kept.contains(group) || around_others.contains(group);
  });
  std::erase_if(handle.tasks, [&](const group::CompiledTask& task) { return !keys.contains(task.task_key); });
  handle.tasks.shrink_to_fit();
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
