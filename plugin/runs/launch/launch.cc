#include "runs/launch/launch.h"

#include "group/policy.h"
#include "runs/launch/job.h"
#include "runs/launch/one_time_run.h"
#include "runs/launch/token.h"
#include "runs/wire/missing.h"
#include "runs/wire/parameters.h"
#include "runs/wire/post.h"
#include "runs/wire/run_url.h"

namespace brickwork::runs {
namespace {

constexpr int kTries = 4;

Object policy_of(const group::Policy& policy) {
  Object repair{{"max_attempts", policy.repair_max_attempts},
                {"on", json::array(policy.repair_on.begin(), policy.repair_on.end())},
                {"dependents", policy.repair_dependents},
                {"wait_ms", policy.repair_wait_ms},
                {"drift", policy.repair_drift}};
  if (policy.repair_deadline_ms > 0) repair["deadline_ms"] = policy.repair_deadline_ms;
  if (policy.repair_budget_ms > 0) repair["budget_ms"] = policy.repair_budget_ms;
  Object document{{"repair", std::move(repair)}, {"on_abandon", policy.on_abandon}};
  if (policy.job_identity != "name") document["job_identity"] = policy.job_identity;
  return document;
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

// What to ask for depends on the request that was refused.
Status with_way_out(const Status& status, const std::string& name, std::int64_t job_id) {
  if (status.code() != Code::kPermissionDenied) return status;
  Fault fault = status.fault();
  const std::string job = job_id == 0 ? "the jobs of this workspace" : "job " + std::to_string(job_id);
  const bool starts = fault.operation.ends_with("/run-now") || fault.operation.ends_with("/runs/submit");
  fault.message += ". Ask for " + std::string(starts ? "CAN_MANAGE_RUN" : "CAN_MANAGE") + " on " + job +
                   ", or give group `" + std::string(head(name, 200)) + "` another name and with it a job of your own";
  return Status(std::move(fault));
}

// Databricks never starts a second run under a token.
Status deleted_run(const Status& refusal) {
  Fault fault = refusal.fault();
  fault.code = Code::kFailedPrecondition;
  fault.retryable = false;
  fault.pointer = "/launch_key";
  fault.message =
      "the run that this launch key stands for was deleted, and one key never starts a second run; launch "
      "with another key (" +
      fault.message + ")";
  return Status(std::move(fault));
}

// Its text is not documented; this is what is known of it.
bool says_deleted(const Status& status) {
  return !status.ok() && status->http_status == 400 && status->message.find("deleted") != std::string::npos &&
         status->message.find("token") != std::string::npos;
}

// The clocks of the machines behind one workspace differ a little.
constexpr auto kSkew = std::chrono::seconds(2);

std::int64_t begun_ms(std::int64_t date_ms, Instant::duration since_first_sent) {
  return date_ms - std::chrono::duration_cast<milliseconds>(since_first_sent + kSkew).count();
}

// What the tries of one launch have in common.
struct Start {
  const group::Compiled& compiled;
  Object body;
  Launched& launched;
  Instant first_sent{};
  std::int64_t missed = 0;  // the job that the workspace showed and run-now did not find
};

// The job, then its run. The job may be deleted under us: a known one by people, a new one by the host that lost the
// race of creating it. Then this fails as missing, and is tried again from the start. A job that is shown a second time
// is there, so what is missing is the run of the token.
Task<Result<std::int64_t>> start_run(Context& context, RestClient& client, Memory& memory, Start& start) {
  Task<Result<Job>> finding = find_or_create_job(context, client, memory, start.compiled);
  const Result<Job> job = co_await finding;
  if (!job.ok()) co_return job.status();
  Launched& launched = start.launched;
  launched.handle.job_id = job.value().job_id;
  launched.created = launched.created || job.value().created;
  launched.reset = launched.reset || job.value().reset;
  Object body = start.body;
  body["job_id"] = job.value().job_id;
  if (start.first_sent == Instant()) start.first_sent = context.loop().now();
  // The idempotency token makes it safe to repeat.
  std::optional<std::int64_t> date_ms;
  Task<Result<std::int64_t>> starting =
      post_for_id(context, client, "/api/2.2/jobs/run-now", std::move(body), "run_id", Repeat::kSafe, &date_ms);
  const Result<std::int64_t> run_id = co_await starting;
  if (date_ms) launched.begun_ms = begun_ms(*date_ms, context.loop().now() - start.first_sent);
  const bool keyed = !launched.handle.launch_key.empty();
  const bool shown_twice = is_missing(run_id.status()) && job.value().seen && start.missed == job.value().job_id;
  if (keyed && (shown_twice || says_deleted(run_id.status()))) co_return deleted_run(run_id.status());
  start.missed = job.value().seen ? job.value().job_id : 0;
  co_return run_id;
}

Task<Result<std::int64_t>> start_of_job(Context& context, RestClient& client, Memory& memory, Start start) {
  Status last;
  for (int i = 0; i < kTries; ++i) {
    Task<Result<std::int64_t>> starting = start_run(context, client, memory, start);
    const Result<std::int64_t> run_id = co_await starting;
    if (run_id.ok()) co_return run_id;
    last = run_id.status();
    memory.jobs.forget(start.launched.handle.name);
    if (!is_missing(last)) break;
  }
  co_return with_way_out(last, start.launched.handle.name, start.launched.handle.job_id);
}

Task<Result<std::int64_t>> start_one_time(Context& context, RestClient& client, Object body, Launched& launched) {
  const Instant sent = context.loop().now();
  std::optional<std::int64_t> date_ms;
  Task<Result<std::int64_t>> starting =
      post_for_id(context, client, "/api/2.2/jobs/runs/submit", std::move(body), "run_id", Repeat::kSafe, &date_ms);
  const Result<std::int64_t> run_id = co_await starting;
  if (date_ms) launched.begun_ms = begun_ms(*date_ms, context.loop().now() - sent);
  if (!launched.handle.launch_key.empty() && says_deleted(run_id.status())) co_return deleted_run(run_id.status());
  co_return run_id;
}

Result<Object> start_body(const Handle& handle, const group::Compiled& compiled, const Object& request) {
  Result<Object> body =
      compiled.policy.job_identity == "none" ? submit_body(compiled, request) : run_now_body(handle, compiled, request);
  if (body.ok()) body.value()["idempotency_token"] = handle.idempotency_token;
  return body;
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

CleanupLimits cleanup_of(const group::Compiled& compiled) {
  return {.group = std::string(text(compiled.settings, "name")),
          .after = milliseconds(compiled.policy.cleanup_after_ms),
          .at_most = compiled.policy.cleanup_at_most,
          .but_digest = compiled.digest};
}

// What a saved job is found by, and a token is made of.
Status check_key(const Object& request, const group::Compiled& compiled) {
  if (text(compiled.settings, "name").empty())
    return failure(Code::kInvalidArgument, "give the group a `name`: its saved job and its launch key go by it",
                   "/group/name");
  const json::value* key = request.if_contains("launch_key");
  if (key == nullptr || key->is_null() || (key->is_string() && key->get_string().empty())) return Status();
  if (!key->is_string()) return failure(Code::kInvalidArgument, "`launch_key` has to be a text", "/launch_key");
  const std::string wrong = group::wrong_with_launch_key(key->get_string());
  if (wrong.empty()) return Status();
  return failure(Code::kInvalidArgument, "`launch_key` " + wrong, "/launch_key");
}

}  // namespace

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

Result<PreparedLaunch> prepare_launch(Loop& loop, const RestClient& client, Memory& memory, const Object& request) {
  Result<group::Compiled> compiled = compiled_group(request);
  if (!compiled.ok()) return compiled.status();
  const Status key = check_key(request, compiled.value());
  if (!key.ok()) return key;
  PreparedLaunch prepared{.compiled = std::move(compiled.value())};
  Handle& handle = prepared.launched.handle;
  handle = handle_for(client, prepared.compiled, request);
  handle.idempotency_token = token_for(handle, prepared.compiled, memory, loop);
  Result<Object> body = start_body(handle, prepared.compiled, request);
  if (!body.ok()) return body.status();
  prepared.body = std::move(body.value());
  return prepared;
}

Task<Result<Launched>> start_launch(Context& context, RestClient& client, Memory& memory, PreparedLaunch prepared) {
  const group::Compiled& compiled = prepared.compiled;
  Launched& launched = prepared.launched;
  Handle& handle = launched.handle;
  const bool has_job = compiled.policy.job_identity != "none";
  Task<Result<std::int64_t>> starting =
      has_job ? start_of_job(context, client, memory,
                             {.compiled = compiled, .body = std::move(prepared.body), .launched = launched})
              : start_one_time(context, client, std::move(prepared.body), launched);
  const Result<std::int64_t> run_id = co_await starting;
  if (!run_id.ok()) co_return run_id.status();
  handle.run_id = run_id.value();
  if (has_job) handle.run_page_url = run_page_url(handle.host, handle.workspace_id, handle.job_id, handle.run_id);
  if (launched.created && compiled.policy.job_identity == "definition") launched.cleanup = cleanup_of(compiled);
  launched.attached = memory.runs.find(handle.idempotency_token) != nullptr;
  memory.runs.put(handle.idempotency_token, handle.run_id);
  // Another process may have started the run of a key long ago; that of a token of chance is new.
  if (handle.launch_key.empty() && launched.begun_ms > 0)
    note_begun(*watching_of(memory, client), handle.run_id, launched.begun_ms, context.loop().now());
  co_return std::move(launched);
}

bool began_before(const Launched& launched, const Object& run) {
  const std::int64_t start_ms = number_or_zero(run, "start_time");
  return launched.begun_ms > 0 && start_ms > 0 && start_ms < launched.begun_ms;
}

}  // namespace brickwork::runs
