#include "runs/cancel.h"
#include "runs/insight/insight.h"
#include "runs/launch/job.h"
#include "runs/launch/launch.h"
#include "runs/launch/lease.h"
#include "runs/output/log_tail.h"
#include "runs/repair/plan.h"
#include "runs/repair/repair.h"
#include "runs/repair/repair_policy.h"
#include "runs/repair/saved_job.h"
#include "runs/verbs.h"
#include "runs/watch/follow.h"
#include "runs/watch/pace.h"
#include "runs/watch/told.h"

namespace brickwork::runs {
namespace {

constexpr auto kFarewell = std::chrono::seconds(15);

struct Supervised {
  RepairPolicy policy;
  OnDrift on_drift = OnDrift::kRefuse;
  std::shared_ptr<const std::string> settings;  // those of the launch, as text; kept only to be restored
  Pace pace;
  Progress progress;
  std::shared_ptr<LogTail> tail = {};                                        // null: no logs
  std::shared_ptr<json::array> decisions = std::make_shared<json::array>();  // told with every progress from then on
};

// Progress documents replace each other, so all decisions are in each of them.
void tell_decision(const Supervised& how, const Followed& followed, const RepairPolicy::Decision& decision,
                   std::int64_t now_ms) {
  if (how.policy.max_attempts == 0) return;
  how.decisions->push_back(Object{{"repair", decision.repair}, {"reason", decision.reason}, {"time_ms", now_ms}});
  if (!how.progress) return;
  Object state = followed.state;
  state["changed"] = json::array();
  with_handle(how.progress, followed.handle, how.decisions)(std::move(state));
}

// The repair that the policy orders, on what is known of the run already: a look at its job, and the repair.
Task<Result<Handle>> repair_again(Context& context, RestClient& client, Memory& memory, Followed followed,
                                  Supervised how) {
  const Object plan = plan_of(followed.handle, *followed.run, {.dependents = how.policy.dependents});
  if (!flag(plan, "possible", false)) co_return failure(Code::kFailedPrecondition, std::string(text(plan, "reason")));
  std::optional<bool> drift;
  if (how.on_drift != OnDrift::kNew) {
    Task<Result<std::optional<bool>>> comparing = drift_of(context, client, memory, followed.handle);
    const Result<std::optional<bool>> compared = co_await comparing;
    if (!compared.ok()) co_return compared.status();
    drift = compared.value();
  }
  const bool drifted = drift.value_or(false);
  if (drifted && how.on_drift == OnDrift::kRefuse)
    co_return failure(Code::kFailedPrecondition, std::string(kDriftRefused));
  Task<Result<Repaired>> repairing =
      drifted ? repair_with(context, client, followed.handle, plan, json::parse(*how.settings).as_object())
              : start_repair(context, client, followed.handle, plan);
  const Result<Repaired> repaired = co_await repairing;
  if (!repaired.ok()) co_return repaired.status();
  followed.handle.latest_repair_id = repaired.value().repair_id;
  if (!repaired.value().attached)
    remember_repair(followed.handle.repairs, {.repair_id = repaired.value().repair_id,
                                              .asked_by = "policy",
                                              .settings = settings_of_repair(how.on_drift, drift)});
  co_return std::move(followed.handle);
}

// Watches, and repairs as often as the policy says.
Task<Result<EndOfWatch>> supervise(Context& context, RestClient& client, Memory& memory, Handle handle,
                                   Supervised how) {
  for (;;) {
    Task<Result<EndOfWatch>> following =
        follow(context, client, memory, handle,
               {.pace = how.pace, .seen = how.tail ? how.tail->observer() : nullptr, .known_to_exist = true},
               with_handle(how.progress, handle, how.decisions));
    Result<EndOfWatch> followed = co_await following;
    if (!followed.ok()) co_return followed.status();
    const RepairPolicy::Decision decision =
        how.policy.decide(followed.value()->handle, *followed.value()->run, context.loop().unix_ms());
    tell_decision(how, *followed.value(), decision, context.loop().unix_ms());
    if (!decision.repair) co_return followed;

    // Runs that one outage broke are not to come back in one moment.
    const auto wait = how.policy.wait + how.policy.wait * static_cast<int>(context.loop().uniform() * 100) / 1'000;
    Task<Status> pausing = sleep_for(context, wait);
    const Status rested = co_await pausing;
    if (!rested.ok()) co_return rested;
    Task<Result<Handle>> repairing = repair_again(context, client, memory, *followed.value(), how);
    Result<Handle> repaired = co_await repairing;
    // Somebody else repairs it already: that is as good.
    if (repaired.status().code() == Code::kAborted) {
      handle = std::move(followed.value()->handle);
      handle.latest_repair_id.reset();
      continue;
    }
    if (!repaired.ok()) {
      if (!context.stopped().ok()) co_return repaired.status();
      tell_decision(how, *followed.value(), {false, "it could not be started: " + repaired.status()->message},
                    context.loop().unix_ms());
      co_return followed;  // the run's own end is the answer, not that it could not be repaired
    }
    handle = std::move(repaired.value());
  }
}

// Cancels the run that this one takes the place of, and waits until it has stopped: with max_concurrent_runs 1 the new
// one would queue behind it or be skipped. A run that is gone has stopped.
Task<Status> stop_first(Context& context, RestClient& client, Memory& memory, json::value old, Pace pace) {
  const Object reference = old.is_object() ? old.get_object() : Object{{"run_id", old}};
  Result<Handle> handle = referred_run(reference, client.options().host);
  if (!handle.ok()) {
    Fault fault = handle.status().fault();
    fault.pointer = "/instead_of" + fault.pointer;
    co_return Status(std::move(fault));
  }
  Task<Status> cancelling = cancel_run(context, client, handle.value().run_id);
  const Status cancelled = co_await cancelling;
  if (cancelled.code() == Code::kNotFound) co_return Status();
  if (!cancelled.ok()) co_return cancelled;
  Task<Result<EndOfWatch>> following = follow(context, client, memory, std::move(handle.value()), {.pace = pace}, {});
  const Result<EndOfWatch> followed = co_await following;
  co_return followed.status().code() == Code::kNotFound ? Status() : followed.status();
}

// The host gave up: the operation is over, so the request has a time of its own.
Task<Status> cancel_abandoned(Loop& loop, RestClient& client, std::int64_t run_id) {
  Context farewell(loop, loop.now() + kFarewell);
  Task<Status> cancelling = cancel_run(farewell, client, run_id);
  co_return co_await cancelling;
}

}  // namespace

Task<Result<Object>> run_group(Context& context, RestClient& client, Memory& memory, Object request,
                               Progress progress) {
  const Result<Pace> pace = pace_of(request);
  if (!pace.ok()) co_return pace.status();
  const Result<std::shared_ptr<const LogWish>> logs = log_wish(request);
  if (!logs.ok()) co_return logs.status();
  const std::shared_ptr<LogTail> tail = logs.value() ? std::make_shared<LogTail>(*logs.value(), progress) : nullptr;
  if (tail) progress = tail->progress();
  Supervised how{.pace = pace.value(), .progress = progress, .tail = tail};
  const Status checked = check_repair(request);
  if (!checked.ok()) co_return checked;
  const Result<std::optional<LeaseTerms>> terms = lease_terms(request);
  if (!terms.ok()) co_return terms.status();
  const Result<std::shared_ptr<const Rates>> insight = insight_wish(request);
  if (!insight.ok()) co_return insight.status();
  Result<PreparedLaunch> prepared = prepare_launch(context.loop(), client, memory, request);
  if (!prepared.ok()) co_return prepared.status();
  const Object& repair = object_in(request, "repair");
  how.policy = repair_policy(prepared.value().launched.handle.policy, request);
  how.on_drift = on_drift(repair, prepared.value().launched.handle).value();
  if (how.on_drift == OnDrift::kRestore)
    how.settings = std::make_shared<const std::string>(json::serialize(tagged_settings(prepared.value().compiled)));
  if (const json::value* old = request.if_contains("instead_of"); old != nullptr && !old->is_null()) {
    Task<Status> replacing = stop_first(context, client, memory, *old, how.pace);
    const Status stopped = co_await replacing;
    if (!stopped.ok()) co_return stopped;
  }
  request = Object();  // it may be a group of a thousand tasks, and this frame lives as long as the run
  Task<Result<Launched>> launching = start_launch(context, client, memory, std::move(prepared.value()));
  Result<Launched> launched = co_await launching;
  if (!launched.ok()) co_return launched.status();
  const Handle& handle = launched.value().handle;
  tell_handle(progress, handle);
  std::unique_ptr<Lease> lease;
  if (terms.value()) {
    Result<std::unique_ptr<Lease>> taken = Lease::take(context.loop(), *terms.value(), handle);
    if (!taken.ok()) co_return taken.status();
    lease = std::move(taken.value());
  }
  if (launched.value().cleanup.at_most > 0) {
    Task<Result<std::vector<std::int64_t>>> tidying =
        delete_unused_jobs(context, client, std::move(launched.value().cleanup));
    const Result<std::vector<std::int64_t>> ignored = co_await tidying;  // left behind they do no harm
    (void)ignored;
  }

  const std::shared_ptr<const json::array> decisions = how.decisions;
  Task<Result<EndOfWatch>> supervising = supervise(context, client, memory, handle, std::move(how));
  if (tail) {
    Task<Result<EndOfWatch>> beside = with_logs(context, client, tail, std::move(supervising));
    supervising = std::move(beside);
  }
  Result<EndOfWatch> followed = co_await supervising;
  if (!followed.ok()) {
    if (!context.stopped().ok() && text(handle.policy, "on_abandon") == "cancel") {
      Task<Status> cancelling = cancel_abandoned(context.loop(), client, handle.run_id);
      const Status ignored = co_await cancelling;
      (void)ignored;
    }
    co_return followed.status();
  }
  Object response{{"handle", to_json(followed.value()->handle)}};
  response["attached"] = launched.value().attached || began_before(launched.value(), *followed.value()->run);
  if (insight.value())
    followed.value()->state["insight"] =
        insight_of(followed.value()->handle, *followed.value()->run, *insight.value(), context.loop().unix_ms());
  response["state"] = std::move(followed.value()->state);
  if (!decisions->empty()) response["decisions"] = *decisions;
  co_return response;
}

}  // namespace brickwork::runs
