#include "runs/launch.h"

#include "runs/job.h"
#include "runs/missing.h"
#include "runs/parameters.h"
#include "runs/post.h"
#include "runs/run_url.h"
#include "runs/token.h"

namespace brickwork::runs {
namespace {

constexpr int kTries = 4;

Object policy_of(const group::Policy& policy) {
  Object repair{{"max_attempts", policy.repair_max_attempts},
                {"on", json::array(policy.repair_on.begin(), policy.repair_on.end())},
                {"dependents", policy.repair_dependents},
                {"wait_ms", policy.repair_wait_ms}};
  if (policy.repair_deadline_ms > 0) repair["deadline_ms"] = policy.repair_deadline_ms;
  if (policy.repair_budget_ms > 0) repair["budget_ms"] = policy.repair_budget_ms;
  return Object{{"repair", std::move(repair)}, {"on_abandon", policy.on_abandon}};
}

// `only` in Databricks' words: each path becomes its task keys and keeps the signs for "and all before / after it".
Result<json::array> only_keys(const Handle& handle, const Object& request) {
  Result<std::vector<std::string>> paths = texts(request, "only");
  if (!paths.ok()) return paths.status();
  json::array keys;
  for (std::size_t i = 0; i < paths.value().size(); ++i) {
    std::string_view path = paths.value()[i];
    const bool before = path.starts_with('+');
    if (before) path.remove_prefix(1);
    const bool after = path.ends_with('+');
    if (after) path.remove_suffix(1);
    Result<std::vector<std::string>> meant = task_keys_of(handle, {std::string(path)}, "/only");
    if (!meant.ok()) return failure(Code::kInvalidArgument, meant.status()->message, "/only/" + std::to_string(i));
    for (const std::string& key : meant.value())
      keys.push_back(json::string((before ? "+" : "") + key + (after ? "+" : "")));
  }
  return keys;
}

// Everything of run-now but the job and its token.
Result<Object> run_now_body(const Handle& handle, const group::Compiled& compiled, const Object& request) {
  Object body;
  Result<Object> parameters = run_parameters(request, compiled.run_parameters);
  if (!parameters.ok()) return parameters.status();
  if (!parameters.value().empty()) body["job_parameters"] = std::move(parameters.value());
  // Databricks refuses these beside job parameters. Then those of notebooks are in each task all the same; a group with
  // others is not compiled.
  const json::value* declared = compiled.settings.if_contains("parameters");
  const bool has_parameters = declared != nullptr && declared->is_array() && !declared->get_array().empty();
  for (const auto& [name, value] : compiled.run_now) {
    const bool is_empty = value.is_array() ? value.get_array().empty() : value.get_object().empty();
    if (!is_empty && !has_parameters && !body.contains("job_parameters")) body[name] = value;
  }
  Result<json::array> only = only_keys(handle, request);
  if (!only.ok()) return only.status();
  if (!only.value().empty()) body["only"] = std::move(only.value());
  return body;
}

std::string token_for(const Handle& handle, const group::Compiled& compiled, Memory& memory, Loop& loop) {
  if (handle.launch_key.empty()) return chance_token(handle.host, ++memory.launches, loop);
  return keyed_token(handle.host, text(compiled.settings, "name"), handle.launch_key);
}

// The job, then its run. The job may be deleted under us: a known one by people, a new one by the host that lost the
// race of creating it. Then this fails as missing, and is tried again from the start.
Task<Result<std::int64_t>> start_run(Context& context, RestClient& client, Memory& memory,
                                     const group::Compiled& compiled, Launched* launched, Object body) {
  Task<Result<Job>> finding = find_or_create_job(context, client, memory, compiled);
  const Result<Job> job = co_await finding;
  if (!job.ok()) co_return job.status();
  launched->handle.job_id = job.value().job_id;
  launched->created = launched->created || job.value().created;
  launched->reset = launched->reset || job.value().reset;
  body["job_id"] = job.value().job_id;
  // The idempotency token makes it safe to repeat.
  Task<Result<std::int64_t>> starting =
      post_for_id(context, client, "/api/2.2/jobs/run-now", std::move(body), "run_id", Repeat::kSafe);
  co_return co_await starting;
}

Result<group::Compiled> compiled_group(const Object& request) {
  const json::value* group = request.if_contains("group");
  if (group == nullptr) return failure(Code::kInvalidArgument, "`group` is missing", "/group");
  Result<group::Compiled> compiled = group::compile(*group);
  if (compiled.ok()) return compiled;
  Fault fault = compiled.status().fault();
  fault.pointer = "/group" + fault.pointer;
  for (Finding& finding : fault.findings) finding.pointer = "/group" + finding.pointer;
  return Status(std::move(fault));
}

Handle handle_for(const RestClient& client, const group::Compiled& compiled, const Object& request) {
  Handle handle{.host = client.options().host,
                .workspace_id = client.options().workspace_id,
                .name = job_name(compiled),
                .launch_key = std::string(text(request, "launch_key")),
                .digest = compiled.digest,
                .tasks = compiled.tasks,
                .groups = compiled.groups,
                .policy = policy_of(compiled.policy)};
  if (handle.launch_key.empty()) handle.launch_key = compiled.policy.launch_key;
  return handle;
}

}  // namespace

Task<Result<Launched>> launch_group(Context& context, RestClient& client, Memory& memory, Object request) {
  const Result<group::Compiled> compiled = compiled_group(request);
  if (!compiled.ok()) co_return compiled.status();
  Launched launched{.handle = handle_for(client, compiled.value(), request)};
  Handle& handle = launched.handle;
  Result<Object> body = run_now_body(handle, compiled.value(), request);
  if (!body.ok()) co_return body.status();

  handle.idempotency_token = token_for(handle, compiled.value(), memory, context.loop());
  body.value()["idempotency_token"] = handle.idempotency_token;
  Status last;
  for (int i = 0; i < kTries; ++i) {
    Task<Result<std::int64_t>> starting = start_run(context, client, memory, compiled.value(), &launched, body.value());
    const Result<std::int64_t> run_id = co_await starting;
    last = run_id.status();
    if (run_id.ok()) {
      handle.run_id = run_id.value();
      handle.run_page_url = run_page_url(handle.host, handle.workspace_id, handle.job_id, handle.run_id);
      launched.attached = memory.runs.find(handle.idempotency_token) != nullptr;
      memory.runs.put(handle.idempotency_token, handle.run_id);
      co_return launched;
    }
    memory.jobs.forget(handle.name);
    if (!is_missing(last)) co_return last;
  }
  co_return last;
}

Task<Result<Object>> launch(Context& context, RestClient& client, Memory& memory, Object request) {
  Task<Result<Launched>> launching = launch_group(context, client, memory, std::move(request));
  const Result<Launched> result = co_await launching;
  if (!result.ok()) co_return result.status();
  const Launched& launched = result.value();
  Object response{{"handle", to_json(launched.handle)}};
  set_id(response, "run_id", launched.handle.run_id);
  set_id(response, "job_id", launched.handle.job_id);
  response["attached"] = launched.attached;
  response["created"] = launched.created;
  response["reset"] = launched.reset;
  co_return response;
}

}  // namespace brickwork::runs
