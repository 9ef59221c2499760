#include "runs/look.h"

#include "rest/paging.h"
#include "runs/missing.h"

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

// A run that was found counts, also when a later look failed: it may have been the last news of it.
Result<Run> latest(const Sweep& sweep, std::uint64_t seen) {
  if (sweep.run && sweep.run_number > seen) return sweep.run;
  if (!sweep.failure.ok()) return sweep.failure;
  return Run();
}

}  // namespace

Task<Result<Run>> look(Context& context, RestClient& client, std::int64_t run_id, int max_attempts) {
  RestRequest request;
  request.path = "/api/2.2/jobs/runs/get";
  request.query = {{"run_id", std::to_string(run_id)}, {"include_history", "true"}};
  request.max_attempts = max_attempts;
  Task<Result<Object>> pages = get_all_pages(context, client, std::move(request));
  Result<Object> run = co_await pages;
  if (!run.ok()) co_return with_missing_as_not_found(run.status());
  co_return std::make_shared<const Object>(std::move(run.value()));
}

std::shared_ptr<Sweep> shared_sweep(Memory& memory, std::int64_t run_id) {
  std::weak_ptr<Sweep>& known = memory.sweeps[run_id];
  std::shared_ptr<Sweep> sweep = known.lock();
  if (!sweep) {
    // Its entry goes with the last watch, so that a thousand new watches do not each look through a thousand old ones.
    sweep = std::shared_ptr<Sweep>(new Sweep{.run_id = run_id}, [&memory, run_id](Sweep* ended) {
      memory.sweeps.erase(run_id);
      delete ended;
    });
    known = sweep;
  }
  return sweep;
}

void report(Sweep& sweep, const Result<Run>& outcome, Instant now) {
  ++sweep.number;
  sweep.answered = now;
  sweep.failure = outcome.status();
  if (outcome.ok() && outcome.value()) {
    sweep.run = outcome.value();
    sweep.run_number = sweep.number;
  }
  sweep.done.notify_all();
}

Task<Result<Run>> next_look(Context& context, RestClient& client, std::shared_ptr<Sweep> sweep, std::int64_t run_id,
                            std::uint64_t seen, int max_attempts) {
  if (seen == 0 && sweep->run && sweep->failure.ok()) co_return sweep->run;
  if (seen == 0) seen = sweep->number;
  for (;;) {
    if (sweep->number != seen) co_return latest(*sweep, seen);
    if (!sweep->under_way) break;
    Task<Status> wait = sweep->done.wait(context);
    const Status status = co_await wait;
    if (!status.ok()) co_return status;
  }

  const Turn turn(*sweep);
  Task<Result<Run>> asking = look(context, client, run_id, max_attempts);
  Result<Run> run = co_await asking;
  // The reason of an operation that was cancelled is its own: the next in line asks again.
  if (!run.ok() && !context.stopped().ok()) co_return context.stopped();
  report(*sweep, run, context.loop().now());
  co_return run;
}

}  // namespace brickwork::runs
