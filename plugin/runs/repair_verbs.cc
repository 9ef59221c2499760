#include "runs/look.h"
#include "runs/missing.h"
#include "runs/parameters.h"
#include "runs/plan.h"
#include "runs/repair.h"

namespace brickwork::runs {
namespace {

// Where a repair stands before anything is sent.
struct Prepared {
  Handle handle;
  Object plan;
  bool asked = true;  // the run was looked at just now
};

Result<RepairWish> wish_of(const Object& request, const Handle& handle) {
  const Result<std::vector<std::string>> paths = texts(request, "tasks");
  if (!paths.ok()) return paths.status();
  Result<std::vector<std::string>> keys = task_keys_of(handle, paths.value(), "/tasks");
  if (!keys.ok()) return keys.status();
  Result<Object> parameters = job_parameters(request);
  if (!parameters.ok()) return parameters.status();
  return RepairWish{.task_keys = std::move(keys.value()),
                    .dependents = flag(request, "dependents", false),
                    .parameters = std::move(parameters.value())};
}

// A run that was watched to its end needs no look: if it was repaired since, latest_repair_id no longer fits and
// Databricks refuses.
Task<Result<Run>> run_to_repair(Context& context, RestClient& client, Memory& memory, std::int64_t run_id,
                                bool memory_will_do) {
  if (const auto* known = memory.ended.find(run_id); memory_will_do && known != nullptr) co_return *known;
  Task<Result<Run>> looking = look(context, client, run_id);
  co_return co_await looking;
}

Task<Result<Prepared>> prepare(Context& context, RestClient& client, Memory& memory, Object request,
                               bool memory_will_do) {
  Result<Handle> referred = referred_run(request, client.options().host);
  if (!referred.ok()) co_return referred.status();
  Handle handle = std::move(referred.value());
  const bool asked = !memory_will_do || memory.ended.find(handle.run_id) == nullptr;
  Task<Result<Run>> reading = run_to_repair(context, client, memory, handle.run_id, memory_will_do);
  const Result<Run> run = co_await reading;
  if (!run.ok()) co_return run.status();
  learn(handle, *run.value());
  const Result<RepairWish> wish = wish_of(request, handle);
  if (!wish.ok()) co_return wish.status();
  Object plan = plan_of(handle, *run.value(), wish.value());
  co_return Prepared{.handle = std::move(handle), .plan = std::move(plan), .asked = asked};
}

// A plan that was made before, given back: nothing has to be asked.
Result<Prepared> planned(const Object& request, std::string_view host) {
  const Object& plan = object_in(request, "plan");
  const std::int64_t run_id = number_or_zero(plan, "run_id");
  if (run_id == 0 || array_in(object_in(plan, "request"), "rerun_tasks").empty())
    return failure(Code::kInvalidArgument, "`plan` has to be a plan/1 as run.repair_plan returned it", "/plan");
  const bool names_run = request.contains("handle") || request.contains("run_id") || request.contains("url");
  Result<Handle> handle = names_run ? referred_run(request, host) : Handle{.host = std::string(host), .run_id = run_id};
  if (!handle.ok()) return handle.status();
  if (handle.value().run_id != run_id)
    return failure(Code::kInvalidArgument, "the plan is for run " + std::to_string(run_id) + ", not for this one",
                   "/plan/run_id");
  const Result<Object> parameters = job_parameters(request);
  if (!parameters.ok()) return parameters.status();
  Prepared prepared{.handle = std::move(handle.value()), .plan = plan};
  if (!parameters.value().empty()) {
    Object merged = object_in(plan, "parameters");
    for (const auto& [name, value] : parameters.value()) merged[name] = value;
    prepared.plan["request"].get_object()["job_parameters"] = merged;
    prepared.plan["parameters"] = std::move(merged);
  }
  return prepared;
}

// From memory when that allows a repair: one request in all. What memory says against it is asked again.
Task<Result<Prepared>> prepare_quickly(Context& context, RestClient& client, Memory& memory, Object request) {
  if (request.contains("plan")) co_return planned(request, client.options().host);
  Task<Result<Prepared>> preparing = prepare(context, client, memory, request, /*memory_will_do=*/true);
  Result<Prepared> prepared = co_await preparing;
  if (!prepared.ok() || prepared.value().asked || flag(prepared.value().plan, "possible", true)) co_return prepared;
  Task<Result<Prepared>> again = prepare(context, client, memory, std::move(request), /*memory_will_do=*/false);
  co_return co_await again;
}

// Whether the job is still what was launched; nothing when that cannot be said.
Task<std::optional<bool>> drift_of(Context& context, RestClient& client, Handle handle) {
  if (handle.digest.empty() || handle.job_id == 0) co_return std::nullopt;
  RestRequest request;
  request.path = "/api/2.2/jobs/get";
  request.query = {{"job_id", std::to_string(handle.job_id)}};
  Task<Result<RestResponse>> sending = client.send(context, std::move(request));
  const Result<RestResponse> response = co_await sending;
  if (!response.ok() || !response.value().body.is_object()) co_return std::nullopt;
  const Object& settings = object_in(response.value().body.get_object(), "settings");
  co_return text(object_in(settings, "tags"), "brickwork_digest") != handle.digest;
}

}  // namespace

Task<Result<Object>> repair_plan(Context& context, RestClient& client, Memory& memory, Object request) {
  Task<Result<Prepared>> preparing = prepare(context, client, memory, std::move(request), /*memory_will_do=*/false);
  Result<Prepared> prepared = co_await preparing;
  if (!prepared.ok()) co_return prepared.status();
  Task<std::optional<bool>> comparing = drift_of(context, client, prepared.value().handle);
  const std::optional<bool> drift = co_await comparing;
  if (drift) prepared.value().plan["drift"] = *drift;
  co_return std::move(prepared.value().plan);
}

Task<Result<Object>> repair(Context& context, RestClient& client, Memory& memory, Object request) {
  Task<Result<Prepared>> preparing = prepare_quickly(context, client, memory, std::move(request));
  Result<Prepared> prepared = co_await preparing;
  if (!prepared.ok()) co_return prepared.status();
  Handle& handle = prepared.value().handle;
  Object& plan = prepared.value().plan;
  if (!flag(plan, "possible", true)) co_return failure(Code::kFailedPrecondition, std::string(text(plan, "reason")));

  memory.ended.forget(handle.run_id);
  Task<Result<std::int64_t>> repairing = start_repair(context, client, handle, plan);
  const Result<std::int64_t> repair_id = co_await repairing;
  if (!repair_id.ok()) co_return repair_id.status();
  handle.latest_repair_id = repair_id.value();
  Object response;
  set_id(response, "repair_id", repair_id.value());
  response["handle"] = to_json(handle);
  response["plan"] = std::move(plan);
  co_return response;
}

}  // namespace brickwork::runs
