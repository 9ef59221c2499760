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

Result<Run> latest(const Sweep& sweep) {
  if (!sweep.failure.ok()) return sweep.failure;
  return sweep.run;
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
    sweep = std::shared_ptr<Sweep>(new Sweep, [&memory, run_id](Sweep* ended) {
      memory.sweeps.erase(run_id);
      delete ended;
    });
    known = sweep;
  }
  return sweep;
}

Task<Result<Run>> next_look(Context& context, RestClient& client, std::shared_ptr<Sweep> sweep, std::int64_t run_id,
                            std::uint64_t seen, int max_attempts) {
  if (seen == 0 && sweep->run && sweep->failure.ok()) co_return sweep->run;
  if (seen == 0) seen = sweep->number;
  for (;;) {
    if (sweep->number != seen) co_return latest(*sweep);
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
  ++sweep->number;
  sweep->answered = context.loop().now();
  sweep->failure = run.status();
  // A thousand parked watches of a thousand runs would keep a thousand documents for nobody.
  sweep->run = run.ok() && sweep->watchers > 1 ? run.value() : nullptr;
  co_return run;
}

}  // namespace brickwork::runs
