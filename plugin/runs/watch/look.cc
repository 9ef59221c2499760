#include "runs/watch/look.h"

#include "rest/paging.h"
#include "runs/state/verdict.h"
#include "runs/wire/missing.h"

namespace brickwork::runs {
namespace {

// Frees the sweep for the others however the one who asks comes to its end.
struct Turn {
  explicit Turn(Sweep& sweep) : sweep(sweep) { sweep.under_way = true; }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    sweep.under_way = false;
    sweep.done.notify_all();
  }
  Sweep& sweep;
};

constexpr std::int64_t kLongestRunMs = std::int64_t{30} * 24 * 3'600'000;

// From when on an end is one that no webhook told.
constexpr std::int64_t kPushIsLateMs = 10'000;

// A job whose ends are pushed is looked at rarely, until one of them was not.
void learn_push(Sweep& sweep, const Object& run, std::int64_t now_ms) {
  auto& pushed = sweep.watching->pushed_jobs;
  const std::int64_t job_id = number_or_zero(run, "job_id");
  if (ended(run) && sweep.end_was_pushed) {
    pushed.put(job_id, true);
  } else if (ended(run) && now_ms - number_or_zero(run, "end_time") > kPushIsLateMs) {
    pushed.forget(job_id);
  }
  sweep.outlook.pushed = pushed.find(job_id) != nullptr;
}

// What a run says about when to look again, and about later runs of its job.
void learn_pace(Sweep& sweep, const Object& run, std::int64_t now_ms) {
  auto& durations = sweep.watching->durations_ms;
  const std::int64_t job_id = number_or_zero(run, "job_id");
  const std::int64_t* known = durations.find(job_id);
  sweep.outlook.expected_ms = known == nullptr ? 0 : *known;
  look_out(sweep.outlook, run, now_ms);
  auto& times = sweep.watching->task_times;
  const TaskTimes* known_times = times.find(job_id);
  sweep.outlook.next_end = known_times == nullptr ? NextEnd() : next_end(*known_times, run, now_ms);
  sweep.pages = static_cast<std::int64_t>(array_in(run, "tasks").size() + 99) / 100;
  const std::int64_t took = number_or_zero(run, "end_time") - number_or_zero(run, "start_time");
  if (job_id == 0 || took <= 0 || took > kLongestRunMs || run_verdict(run) != "succeeded" ||
      array_in(run, "repair_history").size() > 1)
    return;
  durations.put(job_id, known == nullptr ? took : (*known * 3 + took) / 4);
  TaskTimes learned = known_times == nullptr ? TaskTimes() : *known_times;
  learn_times(learned, run);
  times.put(job_id, std::move(learned));
}

// A run that was found counts, also when a later look failed: it may have been the last news of it.
Result<Run> latest(const Sweep& sweep, std::uint64_t seen) {
  if (sweep.run && sweep.run_number > seen) return sweep.run;
  if (!sweep.failure.ok()) return sweep.failure;
  return Run();
}

}  // namespace

Task<Result<Run>> look(Context& context, RestClient& client, std::int64_t run_id, int max_attempts, Lane lane) {
  RestRequest request;
  request.path = "/api/2.2/jobs/runs/get";
  request.query = {{"run_id", std::to_string(run_id)}, {"include_history", "true"}};
  request.max_attempts = max_attempts;
  request.lane = lane;
  Task<Result<Object>> pages = get_all_pages(context, client, std::move(request));
  Result<Object> run = co_await pages;
  if (!run.ok()) co_return with_missing_as_not_found(run.status());
  co_return std::make_shared<const Object>(std::move(run.value()));
}

void report(Sweep& sweep, const Result<Run>& outcome, Loop& loop) {
  ++sweep.number;
  sweep.answered = loop.now();
  sweep.failure = outcome.status();
  if (!outcome.ok()) sweep.watching->crowd.has_failures = true;
  if (outcome.ok() && outcome.value()) {
    sweep.run = outcome.value();
    sweep.run_number = sweep.number;
    learn_pace(sweep, *sweep.run, loop.unix_ms());
    learn_push(sweep, *sweep.run, loop.unix_ms());
  }
  sweep.done.notify_all();
}

Task<Status> outcome_until(Context& context, Sweep& sweep, std::uint64_t seen, Instant due) {
  while (sweep.number == seen && context.loop().now() < due) {
    Signal::Waiter waiting = sweep.done.wait_until(context, due);
    const Status waited = co_await waiting;
    if (!waited.ok()) co_return waited;
  }
  co_return context.stopped();
}

Task<Result<Run>> next_look(Context& context, RestClient& client, std::shared_ptr<Sweep> sweep, std::int64_t run_id,
                            std::uint64_t seen, int max_attempts) {
  if (seen == 0 && sweep->run && sweep->failure.ok()) co_return sweep->run;
  if (seen == 0) seen = sweep->number;
  for (;;) {
    if (sweep->number != seen) co_return latest(*sweep, seen);
    if (!sweep->under_way) break;
    Signal::Waiter wait = sweep->done.wait(context);
    const Status status = co_await wait;
    if (!status.ok()) co_return status;
  }

  const Turn turn(*sweep);
  Task<Result<Run>> asking = look(context, client, run_id, max_attempts, Lane::kWatch);
  Result<Run> run = co_await asking;
  // The reason of an operation that was cancelled is its own: the next in line asks again.
  if (!run.ok() && !context.stopped().ok()) co_return context.stopped();
  if (speaks_for(client, *sweep->watching)) report(*sweep, run, context.loop());
  co_return run;
}

}  // namespace brickwork::runs
