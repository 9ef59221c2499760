#include "runs/watch/crowd.h"

#include <algorithm>

#include "runs/watch/crowd_sweep.h"
#include "runs/watch/pace.h"
#include "runs/wire/runs_list.h"

namespace brickwork::runs {
namespace {

constexpr auto kForgotten = std::chrono::minutes(2);
// A sweep costs so little beside a look at each run that there are two in an interval: what ends is noticed within half
// of it, jitter included.
constexpr double kOfInterval = 0.47;
constexpr std::chrono::microseconds kAskedFor(200);  // what one watch wishes holds for so long
constexpr int kFailures = 3;                         // of a page of first states
constexpr milliseconds kBurst(20);                   // watches that begin together come within this time
constexpr milliseconds kBeat(1);                     // and many of them within this

// ---- who sweeps

// With a hundred thousand watches it is not worth asking each of them for each sweep.
milliseconds shortest_interval(Watching& watching, Loop& loop) {
  Crowd& crowd = watching.crowd;
  if (loop.now() < crowd.shortest_until) return crowd.shortest;
  crowd.shortest = std::chrono::hours(1);  // nobody may ask for more
  for (const auto& [run_id, known] : watching.sweeps)
    if (const std::shared_ptr<Sweep> sweep = known.lock())
      crowd.shortest = std::min(crowd.shortest, interval(*sweep, loop.unix_ms()));
  crowd.shortest_until = loop.now() + kAskedFor * static_cast<int>(watching.sweeps.size());
  return crowd.shortest;
}

milliseconds half(milliseconds interval) {
  return milliseconds(static_cast<std::int64_t>(static_cast<double>(interval.count()) * kOfInterval));
}

// Whoever still waits: one of them, to sweep for the others, or all, when each looks for itself from now on.
enum class Wake : std::uint8_t { kOne, kAll };

void wake(const Watching& watching, Wake who) {
  for (const auto& [run_id, known] : watching.sweeps) {
    const std::shared_ptr<Sweep> sweep = known.lock();
    if (!sweep || !sweep->done.is_awaited()) continue;
    sweep->done.notify_all();
    if (who == Wake::kOne) return;
  }
}

// However the one who sweeps comes to its end, another takes over.
struct Lead {
  explicit Lead(Watching& watching) : watching(watching) { watching.crowd.swept = true; }
  Lead(const Lead&) = delete;
  Lead& operator=(const Lead&) = delete;
  ~Lead() {
    watching.crowd.swept = false;
    wake(watching, Wake::kOne);
  }
  Watching& watching;
};

Task<Status> lead(Context& context, RestClient& client, Watching& watching, Sweep& own, std::uint64_t seen) {
  const Lead lead(watching);
  // Too much has ended since somebody swept: reading it all costs more than asking which runs are active.
  if (context.loop().now() - watching.crowd.due > kForgotten) watching.crowd.watermark_ms = Crowd::kNone;
  while (own.number == seen && is_crowd(watching, context.loop().now())) {
    const std::int64_t before = client.requests_sent();
    Task<Status> resting = outcome_until(context, own, seen, watching.crowd.due);
    const Status rested = co_await resting;
    if (!rested.ok() || own.number != seen) co_return rested;
    Task<Status> sweeping = sweep_once(context, client, watching);
    const Status swept = co_await sweeping;
    if (!context.stopped().ok()) co_return context.stopped();
    const milliseconds wish = std::max(half(shortest_interval(watching, context.loop())),
                                       affordable(client.requests_sent() - before, client.options()));
    watching.crowd.due = context.loop().now() + pause(wish, watching.crowd.failures, swept, context.loop().uniform());
    if (!speaks_for(client, watching)) co_return Status();  // somebody whose login it still is goes on
  }
  co_return Status();
}

// ---- the first state of many

struct Gathering {
  explicit Gathering(Watching& watching) : watching(watching) { watching.crowd.gathering = true; }
  Gathering(const Gathering&) = delete;
  Gathering& operator=(const Gathering&) = delete;
  ~Gathering() {
    watching.crowd.gathering = false;
    ++watching.crowd.gathered;
    for (const std::shared_ptr<Sweep>& sweep : all_watched(watching))
      if (sweep->number == 0) sweep->done.notify_all();
  }
  Watching& watching;
};

// One that fails is asked for again at once, as the budget allows: a look at each run would be many more requests.
Task<Result<Object>> next_page(Context& context, Pages& pages) {
  for (int failures = 0;; ++failures) {
    Task<Result<Object>> asking = pages.next(context);
    Result<Object> page = co_await asking;
    if (page.ok() || !page.status()->retryable || failures == kFailures) co_return page;
  }
}

Task<Status> gather_active(Context& context, RestClient& client, Watching& watching) {
  const Gathering gathering(watching);
  Task<Status> resting = sleep_for(context, kBurst);
  const Status rested = co_await resting;
  if (!rested.ok()) co_return rested;
  // Before the active ones: whatever ends from now on is above the watermark.
  if (watching.crowd.watermark_ms == Crowd::kNone) {
    Pages completed = runs_list(client, Which::kCompleted, Detail::kRunsOnly);
    Task<Result<Object>> asking = next_page(context, completed);
    const Result<Object> page = co_await asking;
    if (!page.ok()) co_return page.status();
    if (!speaks_for(client, watching)) co_return Status();
    watching.crowd.watermark_ms = 0;
    watching.crowd.due = context.loop().now();
    for (const json::value& item : array_in(page.value(), "runs"))
      if (item.is_object())
        watching.crowd.watermark_ms =
            std::max(watching.crowd.watermark_ms, number_or_zero(item.get_object(), "end_time"));
  }
  // No more pages than looks would cost.
  int pages_left = watching.crowd.fresh;
  Pages pages = runs_list(client, Which::kActive, Detail::kTasks);
  for (; pages_left > 0 && !pages.at_end(); --pages_left) {
    Task<Result<Object>> asking = next_page(context, pages);
    const Result<Object> page = co_await asking;
    if (!page.ok()) co_return page.status();
    if (!speaks_for(client, watching)) co_return Status();
    for (const json::value& item : array_in(page.value(), "runs")) {
      if (!item.is_object() || !says_all(item.get_object())) continue;
      const std::shared_ptr<Sweep> sweep = watched(watching, number_or_zero(item.get_object(), "run_id"));
      if (!sweep || sweep->number > 0 || sweep->under_way || sweep->needs_history) continue;
      report(*sweep, std::make_shared<const Object>(item.get_object()), context.loop());
    }
  }
  co_return Status();
}

bool began_here(Watching& watching, Sweep& sweep, Loop& loop) {
  Crowd& crowd = watching.crowd;
  const Begun* begun = watching.begun.find(sweep.run_id);
  if (begun == nullptr || loop.now() - begun->at > kForgotten || sweep.number > 0 || sweep.under_way) return false;
  const bool holds = crowd.watermark_ms != Crowd::kNone && loop.now() - crowd.due <= kForgotten;
  if (!holds || crowd.plan != Crowd::Plan::kCompleted || !is_crowd(watching, loop.now())) return false;
  crowd.begun_ms = crowd.begun_ms == Crowd::kNone ? begun->ms : std::min(crowd.begun_ms, begun->ms);
  ++crowd.begun;
  crowd.round.lacks_states = true;
  report(sweep, Run(), loop);
  return true;
}

}  // namespace

bool is_crowd(const Watching& watching, Instant now) {
  return watching.sweeps.size() > (watching.crowd.apart ? kFewRuns : kLastRuns) && watching.crowd.refused_until <= now;
}

Object watched_by(const Watching& watching, Instant now) {
  const Crowd& crowd = watching.crowd;
  Object how{{"by", "runs/get"}};
  if (is_crowd(watching, now))
    how["by"] = crowd.plan == Crowd::Plan::kCompleted ? "runs/list completed" : "runs/list active";
  if (!crowd.reason.empty()) how["reason"] = crowd.reason;
  return how;
}

Task<Status> wait_in_crowd(Context& context, RestClient& client, Sweep& sweep, std::uint64_t seen) {
  Watching& watching = *sweep.watching;
  while (sweep.number == seen && is_crowd(watching, context.loop().now())) {
    watching.crowd.apart = false;
    Status status;
    if (!watching.crowd.swept) {
      Task<Status> leading = lead(context, client, watching, sweep, seen);
      status = co_await leading;
    } else {
      Signal::Waiter wait = sweep.done.wait(context);
      status = co_await wait;
    }
    if (!status.ok()) co_return status;
  }
  // The crowd may have gone with somebody else's end: nobody would tell the others. Once is enough.
  if (!is_crowd(watching, context.loop().now()) && !std::exchange(watching.crowd.apart, true))
    wake(watching, Wake::kAll);
  co_return Status();
}

Task<Result<bool>> gather(Context& context, RestClient& client, Watching& watching, std::shared_ptr<Sweep> sweep,
                          bool needs_state) {
  // Whether one comes alone or is the first of a thousand shows in a moment.
  if (sweep->number == 0 && !sweep->under_way) {
    Task<Status> resting = sleep_for(context, kBeat);
    const Status rested = co_await resting;
    if (!rested.ok()) co_return rested;
  }
  if (!needs_state && began_here(watching, *sweep, context.loop())) co_return true;
  const std::uint64_t before = watching.crowd.gathered;
  const bool many = watching.crowd.fresh > static_cast<int>(kFewRuns) && is_crowd(watching, context.loop().now());
  while (many && sweep->number == 0 && watching.crowd.gathered == before) {
    if (watching.crowd.gathering) {
      Signal::Waiter wait = sweep->done.wait(context);
      const Status waited = co_await wait;
      if (!waited.ok()) co_return waited;
    } else {
      Task<Status> gathering = gather_active(context, client, watching);
      const Status gathered = co_await gathering;
      if (!context.stopped().ok()) co_return context.stopped();
    }
  }
  co_return false;
}

}  // namespace brickwork::runs
