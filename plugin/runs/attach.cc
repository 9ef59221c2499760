#include "runs/launch/token.h"
#include "runs/state/handle.h"
#include "runs/verbs.h"
#include "runs/watch/look.h"

namespace brickwork::runs {
namespace {

// Databricks can be asked to start a run under a token, never which run a token stands for. So only a launch of this
// client is found by its key; anybody else launches again with the key, which attaches without starting a second run.
Result<std::int64_t> run_of_key(const RestClient& client, const Memory& memory, const Object& request) {
  std::string_view name = text(request, "job_name");
  if (name.empty()) name = text(object_in(request, "group"), "name");
  if (name.empty())
    return failure(Code::kInvalidArgument,
                   "with a `launch_key` goes the `group` it launched, or its name as `job_name`");
  const std::int64_t* run_id = memory.runs.find(keyed_token(client.options().host, name, text(request, "launch_key")));
  if (run_id != nullptr) return *run_id;
  return failure(Code::kFailedPrecondition,
                 "this client has launched nothing with this key, and Databricks does not tell which run a key stands "
                 "for; group.launch with the same group and key attaches to its run, or starts it when there is none",
                 "/launch_key");
}

Result<Handle> wanted_run(const RestClient& client, const Memory& memory, const Object& request) {
  if (text(request, "launch_key").empty() || request.contains("handle"))
    return referred_run(request, client.options().host);
  const Result<std::int64_t> run_id = run_of_key(client, memory, request);
  if (!run_id.ok()) return run_id.status();
  return Handle{
      .host = client.options().host, .run_id = run_id.value(), .launch_key = std::string(text(request, "launch_key"))};
}

}  // namespace

Task<Result<Object>> attach(Context& context, RestClient& client, Memory& memory, Object request) {
  Result<Handle> wanted = wanted_run(client, memory, request);
  if (!wanted.ok()) co_return wanted.status();
  Handle& handle = wanted.value();
  Task<Result<Run>> looking = look(context, client, handle.run_id);
  const Result<Run> run = co_await looking;
  if (!run.ok()) co_return run.status();
  if (handle.workspace_id.empty()) handle.workspace_id = client.options().workspace_id;
  const bool knows_tasks = !handle.tasks.empty();
  learn(handle, *run.value());
  if (!knows_tasks) learn_groups(handle);
  co_return Object{{"handle", to_json(handle)}};
}

}  // namespace brickwork::runs
