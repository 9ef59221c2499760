#include "runs/watch/follow.h"

#include <algorithm>

#include "runs/watch/crowd.h"
#include "runs/watch/follower.h"
#include "runs/watch/pace.h"
#include "runs/watch/task_output.h"

namespace brickwork::runs {
namespace {

// One of those who watch a run, and for as long as it has no state, one of the crowd's newcomers.
struct Watcher {
  Watcher(Memory& memory, const RestClient& client, Handle handle, FollowOptions options, Progress progress, Loop& loop)
      : needs_history(handle.latest_repair_id.has_value()),
        follower(memory, client, std::move(handle), std::move(options), std::move(progress), loop) {
    join(watching_of(memory, client));
    fresh = 1;
    ++sweep->watching->crowd.fresh;
  }
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;
  ~Watcher() { leave(); }

  // A client whose token became another's shares no longer what it sees with those it shared with. True: it moved.
  bool follow_login(Memory& memory, const RestClient& client) {
    std::shared_ptr<Watching> now = watching_of(memory, client);
    if (now == sweep->watching) return false;
    leave();
    join(std::move(now));
    return true;
  }
  void settled() { sweep->watching->crowd.fresh -= std::exchange(fresh, 0); }

  // A thousand parked watches of a thousand runs would keep a thousand documents for nobody.
  void rest() {
    if (sweep->watchers == 1) sweep->run.reset();
    follower.rest();
  }

  const bool needs_history;
  std::shared_ptr<Sweep> sweep;
  Follower follower;
  int fresh = 0;

 private:
  void join(std::shared_ptr<Watching> watching) {
    sweep = shared_sweep(watching, follower.run_id());
    ++sweep->watchers;
    add_wish(*sweep, follower.pace());
    if (follower.waits_for_tasks()) ++sweep->watching->crowd.task_watches;
    sweep->watching->crowd.shortest_until = Instant();  // its wish counts from now on
    sweep->needs_history = sweep->needs_history || needs_history;
  }
  void leave() {
    settled();
    --sweep->watchers;
    if (follower.waits_for_tasks()) --sweep->watching->crowd.task_watches;
    remove_wish(*sweep, follower.pace());
  }
};

// One look, with the error heads of what failed since the last. A frame of its own, gone while the watch is parked.
Task<Status> turn(Context& context, RestClient& client, Memory& memory, std::shared_ptr<Sweep> sweep,
                  Follower* follower, std::uint64_t* seen) {
  Task<Result<Run>> looking = next_look(context, client, sweep, follower->run_id(), *seen, follower->max_attempts());
  const Result<Run> run = co_await looking;
  *seen = sweep->number;
  if (!run.ok()) co_return run.status();
  if (!run.value()) {
    follower->confirmed();
    co_return Status();
  }
  Task<Status> reading = read_error_heads(context, client, memory, follower->failed_tasks(run.value()));
  const Status status = co_await reading;
  if (!status.ok()) co_return status;
  follower->seen();
  co_return follower->check_tasks();
}

// When this watch would ask, if nobody else did before. What is asked for each run by itself has to fit into the
// budget.
Instant due(const RestClient& client, const Watcher& watcher, const Status& failure, Loop& loop) {
  const Sweep& sweep = *watcher.sweep;
  const std::int64_t looks = sweep.pages * static_cast<std::int64_t>(sweep.watching->sweeps.size());
  const milliseconds wish = std::max(interval_of_looks(watcher.follower.pace(), sweep.outlook, loop.unix_ms()),
                                     affordable(looks, client.options()));
  return sweep.answered + pause(wish, watcher.follower.failures(), failure, loop.uniform());
}

// Until it is time for another look, or until somebody who looks for all has news.
Task<Status> news(Context& context, RestClient& client, const Watcher& watcher, std::uint64_t seen,
                  const Status& failure) {
  Sweep& sweep = *watcher.sweep;
  if (is_crowd(*sweep.watching, context.loop().now())) return wait_in_crowd(context, client, sweep, seen);
  return outcome_until(context, sweep, seen, due(client, watcher, failure, context.loop()));
}

// Its frame lives as long as the run and there is one for each watch: what can be elsewhere is not in it.
Task<Result<EndOfWatch>> watch_to_its_end(Context& context, RestClient& client, Memory& memory,
                                          std::unique_ptr<Watcher> watcher) {
  Follower& follower = watcher->follower;
  std::uint64_t seen = 0;
  bool goes_on = false;
  {
    Task<Result<bool>> gathering =
        gather(context, client, *watcher->sweep->watching, watcher->sweep, follower.needs_state());
    const Result<bool> gathered = co_await gathering;
    if (!gathered.ok()) co_return gathered.status();
    goes_on = gathered.value();
  }
  for (;;) {
    Status status;
    if (std::exchange(goes_on, false)) {
      follower.must_exist();
      seen = watcher->sweep->number;
    } else {
      Task<Status> turning = turn(context, client, memory, watcher->sweep, &follower, &seen);
      status = co_await turning;
    }
    watcher->settled();
    if (status.ok() && follower.is_known() && follower.at_end())
      co_return follower.take();  // also when time ran out just now
    if (!context.stopped().ok()) co_return context.stopped();
    if (!status.ok() && !follower.goes_on_after(status)) co_return status;
    watcher->rest();
    Task<Status> resting = news(context, client, *watcher, seen, status);
    status = co_await resting;
    if (!status.ok()) co_return status;
    follower.wake();
    if (watcher->follow_login(memory, client)) seen = 0;
  }
}

}  // namespace

Task<Result<EndOfWatch>> follow(Context& context, RestClient& client, Memory& memory, Handle handle,
                                FollowOptions options, Progress progress) {
  auto watcher = std::make_unique<Watcher>(memory, client, std::move(handle), std::move(options), std::move(progress),
                                           context.loop());
  return watch_to_its_end(context, client, memory, std::move(watcher));
}

}  // namespace brickwork::runs
