#include "runs/watch/follow.h"

#include <algorithm>

#include "runs/state/attempts.h"
#include "runs/state/changes.h"
#include "runs/state/repair_history.h"
#include "runs/state/state.h"
#include "runs/state/verdict.h"
#include "runs/watch/crowd.h"
#include "runs/watch/pace.h"
#include "runs/watch/task_output.h"
#include "runs/wire/missing.h"

namespace brickwork::runs {
namespace {

// A handle may name a repair that the server never shows; after this many looks its silence is believed.
constexpr int kLooksForRepair = 12;

// Waiting mends neither a wrong login nor a run that is gone. Everything else, a login page of a proxy included, says
// nothing about the run.
bool worth_waiting(const Status& status) {
  switch (status.code()) {
    case Code::kNotFound:
    case Code::kUnauthenticated:
    case Code::kPermissionDenied:
    case Code::kInvalidArgument:
    case Code::kUnimplemented:
      return false;
    default:
      return true;
  }
}

// A failed attempt is the last one only when no retry can follow it.
bool is_final(const Object& latest) {
  if (!ended(latest)) return false;
  const std::string_view verdict = task_verdict(latest);
  if (verdict != "failed" && verdict != "timed_out") return true;
  const std::int64_t retries = number_or_zero(latest, "max_retries");
  return retries >= 0 && number_or_zero(latest, "attempt_number") >= retries;
}

bool are_final(const Object& run, const Handle& handle, const std::vector<std::string>& task_keys) {
  const auto attempts = attempts_by_key(run, handle);
  return std::all_of(task_keys.begin(), task_keys.end(), [&](const std::string& key) {
    const auto found = attempts.find(key);
    return found != attempts.end() && is_final(*found->second.back());
  });
}

class Follower {
 public:
  Follower(Memory& memory, Handle handle, FollowOptions options, Progress progress, Loop& loop)
      : memory_(memory), loop_(loop), options_(std::move(options)), progress_(std::move(progress)) {
    followed_->handle = std::move(handle);
  }

  std::vector<std::int64_t> failed_tasks(Run run) {
    followed_->run = std::move(run);
    learn(followed_->handle, *followed_->run);
    if (options_.only_tasks) keep_tasks(followed_->handle, options_.task_keys);
    if (repair_not_yet_visible(followed_->handle, *followed_->run) && ++looks_for_repair_ >= kLooksForRepair)
      followed_->handle.latest_repair_id.reset();
    return failed_task_runs(followed_->handle, *followed_->run);
  }

  std::int64_t run_id() const { return followed_->handle.run_id; }

  void seen() {
    failures_ = 0;
    last_good_ms_ = loop_.unix_ms();
    if (options_.seen) options_.seen(followed_->handle, *followed_->run);
    Object state = state_of(followed_->handle, *followed_->run, error_heads_of(memory_));
    state["watched"] = watched_by(*memory_.watching, loop_.now());
    Changes changed = changes(followed_->state, state);
    const bool was_stale = followed_->state.contains("stale_since_ms");
    followed_->state = std::move(state);
    if (changed.any() || was_stale) tell(std::move(changed.paths));
  }

  // A sweep of many runs saw that this one goes on, and no more.
  void confirmed() {
    failures_ = 0;
    last_good_ms_ = loop_.unix_ms();
    if (followed_->state.erase("stale_since_ms") > 0) tell({});
  }

  bool goes_on_after(const Status& failure) {
    if (!known() || !worth_waiting(failure)) return false;
    ++failures_;
    if (followed_->state.empty() || followed_->state.contains("stale_since_ms")) return true;
    followed_->state["stale_since_ms"] = last_good_ms_;
    tell({});
    return true;
  }

  // A task that the run does not have would be waited for until the run ends.
  Status check_tasks() const {
    for (const std::string& key : options_.task_keys) {
      const bool known = std::any_of(followed_->handle.tasks.begin(), followed_->handle.tasks.end(),
                                     [&](const group::CompiledTask& task) { return task.task_key == key; });
      if (!known)
        return failure(Code::kInvalidArgument, "the run has no task `" + std::string(head(key, 200)) + "`", "/task");
    }
    return Status();
  }

  bool is_known() const { return !followed_->state.empty(); }

  bool at_end() const {
    if (text(followed_->state, "verdict") != "running") return true;
    return followed_->run && !options_.task_keys.empty() &&
           are_final(*followed_->run, followed_->handle, options_.task_keys) &&
           !repair_not_yet_visible(followed_->handle, *followed_->run);
  }

  // The first look is worth the client's own retries, later ones are repeated by the next.
  int max_attempts() const { return known() ? 1 : 0; }

  // What is kept between two looks is the state, as text: as a tree it is three times that size, and the document it
  // was made from several times more.
  void rest() {
    followed_->run.reset();
    if (followed_->state.empty()) return;
    parked_ = json::serialize(followed_->state);
    followed_->state = Object();
  }
  void wake() {
    if (!parked_.empty()) followed_->state = json::parse(std::exchange(parked_, {})).as_object();
  }

  const Pace& pace() const { return options_.pace; }
  bool waits_for_tasks() const { return !options_.task_keys.empty(); }
  // What it tells of the run comes from its documents.
  bool needs_state() const { return waits_for_tasks() || options_.seen; }
  void must_exist() { options_.known_to_exist = true; }
  int failures() const { return failures_; }

  // What ended is remembered for a repair, which then needs no look of its own.
  EndOfWatch take() {
    if (text(followed_->state, "verdict") != "running") memory_.ended.put(followed_->handle.run_id, followed_->run);
    return std::move(followed_);
  }

 private:
  bool known() const { return options_.known_to_exist || !followed_->state.empty(); }

  void tell(json::array paths) {
    if (!progress_) return;
    Object document = followed_->state;
    document["changed"] = std::move(paths);
    progress_(std::move(document));
  }

  Memory& memory_;
  Loop& loop_;
  FollowOptions options_;
  Progress progress_;
  EndOfWatch followed_ = std::make_unique<Followed>();
  std::string parked_;
  std::int64_t last_good_ms_ = 0;
  int failures_ = 0;
  int looks_for_repair_ = 0;
};

// One of those who watch a run, and for as long as it has no state, one of the crowd's newcomers.
struct Watcher {
  Watcher(Memory& memory, const RestClient& client, Handle handle, FollowOptions options, Progress progress, Loop& loop)
      : needs_history(handle.latest_repair_id.has_value()),
        follower(memory, std::move(handle), std::move(options), std::move(progress), loop) {
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
    ++sweep->paces[follower.pace()];
    if (follower.waits_for_tasks()) ++sweep->watching->crowd.task_watches;
    sweep->watching->crowd.shortest_until = Instant();  // its wish counts from now on
    sweep->needs_history = sweep->needs_history || needs_history;
  }
  void leave() {
    settled();
    --sweep->watchers;
    if (follower.waits_for_tasks()) --sweep->watching->crowd.task_watches;
    const auto pace = sweep->paces.find(follower.pace());
    if (--pace->second == 0) sweep->paces.erase(pace);
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
  const milliseconds wish =
      std::max(interval(watcher.follower.pace(), sweep.outlook, loop.unix_ms()), affordable(looks, client.options()));
  return sweep.answered + pause(wish, watcher.follower.failures(), failure, loop.uniform());
}

// Until it is time for another look, or until somebody who looks for all has news.
Task<Status> news(Context& context, RestClient& client, const Watcher& watcher, std::uint64_t seen,
                  const Status& failure) {
  const std::shared_ptr<Sweep>& sweep = watcher.sweep;
  if (is_crowd(*sweep->watching, context.loop().now()))
    return wait_in_crowd(context, client, *sweep->watching, sweep, seen);
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
