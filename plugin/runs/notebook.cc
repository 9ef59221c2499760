#include "runs/launch/token.h"
#include "runs/verbs.h"
#include "runs/watch/follow.h"
#include "runs/watch/pace.h"
#include "runs/watch/told.h"
#include "runs/wire/parameters.h"
#include "runs/wire/post.h"

namespace brickwork::runs {
namespace {

constexpr std::string_view kTaskKey = "notebook";

Result<Object> notebook_task(const Object& request) {
  const std::string_view path = text(request, "notebook_path");
  if (path.empty()) return failure(Code::kInvalidArgument, "`notebook_path` is missing", "/notebook_path");
  Result<Object> parameters = job_parameters(request);
  if (!parameters.ok()) return parameters.status();
  Object notebook{{"notebook_path", path}};
  if (!parameters.value().empty()) notebook["base_parameters"] = std::move(parameters.value());
  set_text(notebook, "source", text(request, "source"));

  Object task{{"task_key", kTaskKey}, {"notebook_task", std::move(notebook)}};
  for (const std::string_view name :
       {"existing_cluster_id", "new_cluster", "environment_key", "libraries", "timeout_seconds"})
    if (const json::value* value = request.if_contains(name)) task[name] = *value;
  return task;
}

Result<Object> submit_body(const Object& request) {
  Result<Object> task = notebook_task(request);
  if (!task.ok()) return task.status();
  const std::string_view path = text(request, "notebook_path");
  Object body{{"run_name", text(request, "run_name").empty() ? path : text(request, "run_name")}};
  body["tasks"].emplace_array().push_back(std::move(task.value()));
  for (const std::string_view name : {"environments", "git_source", "access_control_list"})
    if (const json::value* value = request.if_contains(name)) body[name] = *value;
  return body;
}

Task<Result<Handle>> submit(Context& context, RestClient& client, Memory& memory, Object request) {
  Result<Object> body = submit_body(request);
  if (!body.ok()) co_return body.status();
  const std::string& host = client.options().host;
  Handle handle{.host = host,
                .workspace_id = client.options().workspace_id,
                .name = std::string(text(body.value(), "run_name")),
                .launch_key = std::string(text(request, "launch_key")),
                .tasks = {{.path = std::string(kTaskKey), .task_key = std::string(kTaskKey)}}};
  // There is no job id; the path keeps the same key of two notebooks apart.
  handle.idempotency_token = handle.launch_key.empty()
                                 ? chance_token(host, ++memory.launches, context.loop())
                                 : keyed_token(host, text(request, "notebook_path"), handle.launch_key);
  body.value()["idempotency_token"] = handle.idempotency_token;

  Task<Result<std::int64_t>> submitting =
      post_for_id(context, client, "/api/2.2/jobs/runs/submit", std::move(body.value()), "run_id", Repeat::kSafe);
  const Result<std::int64_t> run_id = co_await submitting;
  if (!run_id.ok()) co_return run_id.status();
  handle.run_id = run_id.value();
  co_return handle;
}

}  // namespace

Task<Result<Object>> run_notebook(Context& context, RestClient& client, Memory& memory, Object request,
                                  Progress progress) {
  const Result<Pace> pace = pace_of(request);
  if (!pace.ok()) co_return pace.status();
  Task<Result<Handle>> submitting = submit(context, client, memory, std::move(request));
  const Result<Handle> handle = co_await submitting;
  if (!handle.ok()) co_return handle.status();
  tell_handle(progress, handle.value());
  Task<Result<EndOfWatch>> following =
      follow(context, client, memory, handle.value(), {.pace = pace.value(), .known_to_exist = true},
             with_handle(progress, handle.value()));
  Result<EndOfWatch> followed = co_await following;
  if (!followed.ok()) co_return followed.status();
  Object response{{"handle", to_json(followed.value()->handle)}};
  Task<Result<Object>> reading = output(context, client, memory, Object{{"handle", response["handle"]}});
  Result<Object> outputs = co_await reading;
  if (!outputs.ok()) co_return outputs.status();
  response["state"] = std::move(followed.value()->state);
  json::array& entries = outputs.value()["outputs"].get_array();
  response["output"] = entries.empty() ? json::value(nullptr) : entries.front();
  co_return response;
}

}  // namespace brickwork::runs
