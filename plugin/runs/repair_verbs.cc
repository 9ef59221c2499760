#include "engine/all.h"
#include "runs/launch/job.h"
#include "runs/launch/launch.h"
#include "runs/repair/plan.h"
#include "runs/repair/repair.h"
#include "runs/repair/saved_job.h"
#include "runs/verbs.h"
#include "runs/watch/follow.h"
#include "runs/watch/look.h"
#include "runs/watch/pace.h"
#include "runs/wire/missing.h"
#include "runs/wire/parameters.h"

namespace brickwork::runs {
namespace {

// Where a repair stands before anything is sent.
struct Prepared {
  Handle handle;
  Object plan;
  bool asked = true;           // the run was looked at just now
  std::int64_t under_way = 0;  // a repair that does all this already
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

Task<Status> look_into(Context& context, RestClient& client, std::int64_t run_id, Run* run) {
  Task<Result<Run>> looking = look(context, client, run_id);
  Result<Run> found = co_await looking;
  if (found.ok()) *run = std::move(found.value());
  co_return found.status();
}

// Leaves its answer in memory, where the question is asked again in a moment.
Task<Status> look_at_job(Context& context, RestClient& client, Memory& memory, Handle handle) {
  Task<Result<std::optional<bool>>> comparing = drift_of(context, client, memory, std::move(handle));
  const Result<std::optional<bool>> ignored = co_await comparing;
  (void)ignored;
  co_return Status();
}

// A run that was watched to its end needs no look: if it was repaired since, latest_repair_id no longer fits and
// Databricks refuses. Otherwise its job is looked at beside it, which costs no time.
Task<Result<Run>> run_to_repair(Context& context, RestClient& client, Memory& memory, Handle handle,
                                bool memory_will_do, bool about_drift) {
  if (const auto* known = memory.ended.find(handle.run_id); memory_will_do && known != nullptr) co_return *known;
  if (!memory_will_do) memory.jobs.forget(handle.name);
  Run run;
  std::vector<Task<Status>> looks;
  looks.push_back(look_into(context, client, handle.run_id, &run));
  if (about_drift) looks.push_back(look_at_job(context, client, memory, handle));
  Task<std::vector<Status>> looking = all(context, std::move(looks));
  const std::vector<Status> statuses = co_await looking;
  if (!statuses.front().ok()) co_return statuses.front();
  co_return run;
}

Task<Result<Prepared>> prepare(Context& context, RestClient& client, Memory& memory, Object request,
                               bool memory_will_do) {
  Result<Handle> referred = referred_run(request, client.options().host);
  if (!referred.ok()) co_return referred.status();
  Handle handle = std::move(referred.value());
  const bool asked = !memory_will_do || memory.ended.find(handle.run_id) == nullptr;
  const bool about_drift = text(request, "drift") != "new";
  Task<Result<Run>> reading = run_to_repair(context, client, memory, handle, memory_will_do, about_drift);
  const Result<Run> run = co_await reading;
  if (!run.ok()) co_return run.status();
  learn(handle, *run.value());
  const Result<RepairWish> wish = wish_of(request, handle);
  if (!wish.ok()) co_return wish.status();
  Object plan = plan_of(handle, *run.value(), wish.value());
  const std::int64_t under_way = repair_under_way(handle, *run.value(), wish.value());
  co_return Prepared{.handle = std::move(handle), .plan = std::move(plan), .asked = asked, .under_way = under_way};
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

// What a repair is sent with besides its plan.
struct DriftAnswer {
  std::optional<bool> drift;
  Object settings;    // to put back for the repair; empty: repair with what the job has
  std::string which;  // OwnRepair::settings
};

// The launched settings, made again from the group: nobody keeps those of a job that was reset.
Result<Object> launched_settings(const Object& request, const Handle& handle) {
  const Result<group::Compiled> compiled = compiled_group(request);
  if (!compiled.ok()) return compiled.status();
  if (compiled.value().digest == handle.digest) return tagged_settings(compiled.value());
  return failure(Code::kInvalidArgument,
                 "this group compiles to " + compiled.value().digest + ", the run was launched with " + handle.digest +
                     "; `restore` needs the group as it was then",
                 "/group");
}

// Nothing is asked when the answer could not matter.
Task<Result<DriftAnswer>> settle_drift(Context& context, RestClient& client, Memory& memory, Handle handle,
                                       Object request) {
  const Result<OnDrift> choice = on_drift(request, handle);
  if (!choice.ok()) co_return choice.status();
  DriftAnswer answer;
  answer.which = settings_of_repair(choice.value(), answer.drift);
  if (choice.value() == OnDrift::kNew) co_return answer;
  Task<Result<std::optional<bool>>> comparing = drift_of(context, client, memory, handle);
  const Result<std::optional<bool>> drift = co_await comparing;
  if (!drift.ok()) co_return drift.status();
  answer.drift = drift.value();
  answer.which = settings_of_repair(choice.value(), answer.drift);
  if (!answer.drift.value_or(false)) co_return answer;
  if (choice.value() == OnDrift::kRefuse)
    co_return failure(Code::kFailedPrecondition, std::string(kDriftRefused), "/drift");
  Result<Object> settings = launched_settings(request, handle);
  if (!settings.ok()) co_return settings.status();
  answer.settings = std::move(settings.value());
  co_return answer;
}

Task<Status> wait_for_end(Context& context, RestClient& client, Memory& memory, Object request) {
  Result<Handle> handle = referred_run(request, client.options().host);
  if (!handle.ok()) co_return handle.status();
  const Result<Pace> pace = pace_of(request);
  if (!pace.ok()) co_return pace.status();
  Task<Result<EndOfWatch>> following =
      follow(context, client, memory, std::move(handle.value()), {.pace = pace.value()}, {});
  const Result<EndOfWatch> followed = co_await following;
  co_return followed.status();
}

// Whom the host names, for the history; it is written into handles and shown to people.
Result<std::string> who_asks(const Object& request) {
  constexpr std::size_t kMost = 100;
  const json::value* member = request.if_contains("asked_by");
  if (member == nullptr || member->is_null()) return std::string("request");
  if (member->is_string() && !member->get_string().empty() && member->get_string().size() <= kMost)
    return std::string(member->get_string());
  return failure(Code::kInvalidArgument, "`asked_by` has to be a name of 1 to 100 bytes", "/asked_by");
}

Object response_of(Handle& handle, Repaired repaired, Object& plan) {
  handle.latest_repair_id = repaired.repair_id;
  Object response;
  set_id(response, "repair_id", repaired.repair_id);
  response["attached"] = repaired.attached;
  response["handle"] = to_json(handle);
  response["plan"] = std::move(plan);
  return response;
}

}  // namespace

Task<Result<Object>> repair_plan(Context& context, RestClient& client, Memory& memory, Object request) {
  Task<Result<Prepared>> preparing = prepare(context, client, memory, std::move(request), /*memory_will_do=*/false);
  Result<Prepared> prepared = co_await preparing;
  if (!prepared.ok()) co_return prepared.status();
  Task<Result<std::optional<bool>>> comparing = drift_of(context, client, memory, prepared.value().handle);
  const Result<std::optional<bool>> drift = co_await comparing;
  if (drift.ok() && drift.value()) prepared.value().plan["drift"] = *drift.value();
  co_return std::move(prepared.value().plan);
}

Task<Result<Object>> repair(Context& context, RestClient& client, Memory& memory, Object request) {
  const Result<std::string> asked_by = who_asks(request);
  if (!asked_by.ok()) co_return asked_by.status();
  if (flag(request, "wait", false)) {
    Task<Status> waiting = wait_for_end(context, client, memory, request);
    const Status ended = co_await waiting;
    if (!ended.ok()) co_return ended;
  }
  Task<Result<Prepared>> preparing = prepare_quickly(context, client, memory, request);
  Result<Prepared> prepared = co_await preparing;
  if (!prepared.ok()) co_return prepared.status();
  Handle& handle = prepared.value().handle;
  Object& plan = prepared.value().plan;
  if (prepared.value().under_way != 0) co_return response_of(handle, {prepared.value().under_way, true}, plan);
  if (!flag(plan, "possible", true)) co_return failure(Code::kFailedPrecondition, std::string(text(plan, "reason")));
  Task<Result<DriftAnswer>> settling = settle_drift(context, client, memory, handle, std::move(request));
  Result<DriftAnswer> drift = co_await settling;
  if (!drift.ok()) co_return drift.status();
  if (drift.value().drift) plan["drift"] = *drift.value().drift;

  memory.ended.forget(handle.run_id);
  const bool restore = !drift.value().settings.empty();
  Task<Result<Repaired>> repairing = restore
                                         ? repair_with(context, client, handle, plan, std::move(drift.value().settings))
                                         : start_repair(context, client, handle, plan);
  const Result<Repaired> repaired = co_await repairing;
  if (!repaired.ok()) co_return repaired.status();
  if (!repaired.value().attached)
    remember_repair(handle.repairs, {.repair_id = repaired.value().repair_id,
                                     .asked_by = asked_by.value(),
                                     .settings = std::move(drift.value().which)});
  co_return response_of(handle, repaired.value(), plan);
}

}  // namespace brickwork::runs
