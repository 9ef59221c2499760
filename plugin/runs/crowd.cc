#include "runs/crowd.h"

#include <algorithm>
#include <limits>
#include <unordered_set>

#include "runs/pace.h"
#include "runs/runs_list.h"
#include "runs/verdict.h"

namespace brickwork::runs {
namespace {

constexpr int kLooksInASweep = 2;
constexpr int kMostPages = 50;
// Runs that end at the same moment may come into the list a little apart.
constexpr std::int64_t kOverlapMs = 2'000;
constexpr auto kForgotten = std::chrono::minutes(2);
constexpr auto kRefusalHolds = std::chrono::hours(1);
constexpr milliseconds kBurst(20);  // watches that begin together come within this time

std::shared_ptr<Sweep> watched(const Memory& memory, std::int64_t run_id) {
  const auto found = memory.sweeps.find(run_id);
  return found == memory.sweeps.end() ? nullptr : found->second.lock();
}

// Everybody who is watched now. A copy: whoever is told may end, and leave.
std::vector<std::shared_ptr<Sweep>> all_watched(const Memory& memory) {
  std::vector<std::shared_ptr<Sweep>> sweeps;
  sweeps.reserve(memory.sweeps.size());
  for (const auto& [run_id, known] : memory.sweeps)
    if (std::shared_ptr<Sweep> sweep = known.lock()) sweeps.push_back(std::move(sweep));
  return sweeps;
}

// ---- one sweep

// What the completed runs of one page say about those that are watched.
struct Page {
  std::vector<std::shared_ptr<Sweep>> unclear;  // ended, and only runs/get says how
  std::int64_t oldest_ms = 0;
  bool in_order = true;
};

Page read_page(const Object& page, Memory& memory, std::int64_t previous_ms, Instant now) {
  Page read{.oldest_ms = previous_ms};
  for (const json::value& item : array_in(page, "runs")) {
    if (!item.is_object()) continue;
    const Object& run = item.get_object();
    const std::int64_t end_ms = number_or_zero(run, "end_time");
    read.in_order = read.in_order && end_ms <= read.oldest_ms;
    read.oldest_ms = end_ms;
    memory.crowd.watermark_ms = std::max(memory.crowd.watermark_ms, end_ms);
    const std::shared_ptr<Sweep> sweep = watched(memory, number_or_zero(run, "run_id"));
    if (!sweep || sweep->reported_end_ms == end_ms || !ended(run)) continue;
    if (sweep->needs_history || !says_all(run)) {
      read.unclear.push_back(sweep);
      continue;
    }
    sweep->reported_end_ms = end_ms;
    report(*sweep, std::make_shared<const Object>(run), now);
  }
  return read;
}

Task<Status> look_at(Context& context, RestClient& client, std::shared_ptr<Sweep> sweep) {
  Task<Result<Run>> looking = look(context, client, sweep->run_id, 1);
  Result<Run> run = co_await looking;
  if (!run.ok() && !context.stopped().ok()) co_return context.stopped();
  if (run.ok() && ended(*run.value())) sweep->reported_end_ms = number_or_zero(*run.value(), "end_time");
  report(*sweep, run, context.loop().now());
  co_return Status();
}

// The client's own limits keep this from being a storm.
Task<Status> look_at_each(Context& context, RestClient& client, std::vector<std::shared_ptr<Sweep>> sweeps) {
  std::vector<Task<Status>> looks;
  looks.reserve(sweeps.size());
  for (std::shared_ptr<Sweep>& sweep : sweeps) looks.push_back(look_at(context, client, std::move(sweep)));
  Task<std::vector<Status>> looking = all(context, std::move(looks));
  const std::vector<Status> statuses = co_await looking;
  co_return context.stopped();
}

Task<Status> sweep_active(Context& context, RestClient& client, Memory& memory) {
  std::unordered_set<std::int64_t> active;
  Pages pages = runs_list(client, Which::kActive, Detail::kRunsOnly);
  while (!pages.at_end()) {
    Task<Result<Object>> asking = pages.next(context);
    const Result<Object> page = co_await asking;
    if (!page.ok()) co_return page.status();
    for (const json::value& item : array_in(page.value(), "runs"))
      if (item.is_object()) active.insert(number_or_zero(item.get_object(), "run_id"));
  }
  std::vector<std::shared_ptr<Sweep>> gone = all_watched(memory);
  std::erase_if(gone, [&](const auto& sweep) { return active.contains(sweep->run_id) || sweep->number == 0; });
  Task<Status> looking = look_at_each(context, client, std::move(gone));
  co_return co_await looking;
}

Task<Status> sweep_completed(Context& context, RestClient& client, Memory& memory) {
  const std::int64_t known_ms = memory.crowd.watermark_ms;
  std::vector<std::shared_ptr<Sweep>> unclear;
  std::int64_t oldest_ms = std::numeric_limits<std::int64_t>::max();
  bool reached = false;
  const int most_pages = known_ms == Crowd::kNone ? 1 : kMostPages;
  Pages pages = runs_list(client, Which::kCompleted, Detail::kTasks);
  for (int i = 0; i < most_pages && !reached && !pages.at_end(); ++i) {
    Task<Result<Object>> asking = pages.next(context);
    const Result<Object> answer = co_await asking;
    if (!answer.ok()) co_return answer.status();
    const Page page = read_page(answer.value(), memory, oldest_ms, context.loop().now());
    unclear.insert(unclear.end(), page.unclear.begin(), page.unclear.end());
    if (!page.in_order) {
      memory.crowd.plan = Crowd::Plan::kActive;
      memory.crowd.reason = "runs/list does not list completed runs by their end";
    }
    oldest_ms = page.oldest_ms;
    reached = !page.in_order || known_ms == 0 || oldest_ms < known_ms - kOverlapMs;
  }
  Task<Status> looking = look_at_each(context, client, std::move(unclear));
  const Status looked = co_await looking;
  if (!looked.ok()) co_return looked;
  memory.crowd.watermark_ms = std::max<std::int64_t>(memory.crowd.watermark_ms, 0);
  // From here on the watermark holds. Before the first sweep, and after more ends than pages, it does not: then the
  // list of active runs says which of ours are gone.
  if ((reached && known_ms != Crowd::kNone) || pages.at_end()) co_return Status();
  Task<Status> catching_up = sweep_active(context, client, memory);
  co_return co_await catching_up;
}

// A few of those that go on, the one that was looked at longest ago first.
Task<Status> look_in_turn(Context& context, RestClient& client, Memory& memory) {
  std::vector<std::shared_ptr<Sweep>> next;
  auto place = memory.sweeps.upper_bound(memory.crowd.looked_at);
  for (int i = 0; i < kLooksInASweep && !memory.sweeps.empty(); ++i) {
    if (place == memory.sweeps.end()) place = memory.sweeps.begin();
    memory.crowd.looked_at = place->first;
    if (std::shared_ptr<Sweep> sweep = place->second.lock(); sweep && sweep->number > 0) next.push_back(sweep);
    ++place;
  }
  Task<Status> looking = look_at_each(context, client, std::move(next));
  co_return co_await looking;
}

bool is_refusal(const Status& status) {
  return status.code() == Code::kPermissionDenied || status.code() == Code::kNotFound ||
         status.code() == Code::kInvalidArgument || status.code() == Code::kUnimplemented;
}

void tell_all(Memory& memory, const Status& outcome, Instant now) {
  for (const std::shared_ptr<Sweep>& sweep : all_watched(memory)) {
    if (sweep->number == 0) continue;  // still waits for its first state, by another way
    if (!outcome.ok()) {
      report(*sweep, outcome, now);
    } else if (!sweep->failure.ok()) {
      report(*sweep, Run(), now);
    }
  }
}

Task<Status> sweep_once(Context& context, RestClient& client, Memory& memory) {
  Crowd& crowd = memory.crowd;
  Status swept;
  if (crowd.plan == Crowd::Plan::kCompleted) {
    Task<Status> sweeping = sweep_completed(context, client, memory);
    swept = co_await sweeping;
  } else {
    Task<Status> sweeping = sweep_active(context, client, memory);
    swept = co_await sweeping;
  }
  if (!context.stopped().ok()) co_return context.stopped();
  if (is_refusal(swept)) {
    crowd.refused_until = context.loop().now() + kRefusalHolds;
    crowd.reason = "runs/list is refused: " + swept->message;
    co_return Status();
  }
  crowd.failures = swept.ok() ? 0 : crowd.failures + 1;
  tell_all(memory, swept, context.loop().now());
  if (!swept.ok()) co_return swept;
  Task<Status> looking = look_in_turn(context, client, memory);
  const Status looked = co_await looking;
  co_return looked;
}

// ---- who sweeps

milliseconds shortest_interval(const Memory& memory) {
  milliseconds shortest = milliseconds::max();
  for (const std::shared_ptr<Sweep>& sweep : all_watched(memory)) shortest = std::min(shortest, sweep->interval);
  return shortest;
}

// Whoever still waits: one of them, to sweep for the others, or all, when each looks for itself from now on.
enum class Wake : std::uint8_t { kOne, kAll };

void wake(const Memory& memory, Wake who) {
  for (const auto& [run_id, known] : memory.sweeps) {
    const std::shared_ptr<Sweep> sweep = known.lock();
    if (!sweep || !sweep->done.is_awaited()) continue;
    sweep->done.notify_all();
    if (who == Wake::kOne) return;
  }
}

// However the one who sweeps comes to its end, another takes over.
struct Lead {
  explicit Lead(Memory& memory) : memory(memory) { memory.crowd.swept = true; }
  Lead(const Lead&) = delete;
  Lead& operator=(const Lead&) = delete;
  ~Lead() {
    memory.crowd.swept = false;
    wake(memory, Wake::kOne);
  }
  Memory& memory;
};

Task<Status> lead(Context& context, RestClient& client, Memory& memory, std::shared_ptr<Sweep> own,
                  std::uint64_t seen) {
  const Lead lead(memory);
  // Too much has ended since somebody swept: reading it all costs more than asking which runs are active.
  if (context.loop().now() - memory.crowd.due > kForgotten) memory.crowd.watermark_ms = Crowd::kNone;
  while (own->number == seen && is_crowd(memory, context.loop().now())) {
    const auto until = std::chrono::duration_cast<milliseconds>(memory.crowd.due - context.loop().now());
    Task<Status> resting = sleep_for(context, std::max(milliseconds(0), until));
    const Status rested = co_await resting;
    if (!rested.ok()) co_return rested;
    Task<Status> sweeping = sweep_once(context, client, memory);
    const Status swept = co_await sweeping;
    if (!context.stopped().ok()) co_return context.stopped();
    memory.crowd.due =
        context.loop().now() + pause(shortest_interval(memory), memory.crowd.failures, swept, context.loop().uniform());
  }
  co_return Status();
}

// ---- the first state of many

struct Gathering {
  explicit Gathering(Memory& memory) : memory(memory) { memory.crowd.gathering = true; }
  Gathering(const Gathering&) = delete;
  Gathering& operator=(const Gathering&) = delete;
  ~Gathering() {
    memory.crowd.gathering = false;
    ++memory.crowd.gathered;
    for (const std::shared_ptr<Sweep>& sweep : all_watched(memory))
      if (sweep->number == 0) sweep->done.notify_all();
  }
  Memory& memory;
};

Task<Status> gather_active(Context& context, RestClient& client, Memory& memory) {
  const Gathering gathering(memory);
  Task<Status> resting = sleep_for(context, kBurst);
  const Status rested = co_await resting;
  if (!rested.ok()) co_return rested;
  // Before the active ones: whatever ends from now on is above the watermark.
  if (memory.crowd.watermark_ms == Crowd::kNone) {
    Pages completed = runs_list(client, Which::kCompleted, Detail::kRunsOnly);
    Task<Result<Object>> asking = completed.next(context);
    const Result<Object> page = co_await asking;
    if (!page.ok()) co_return page.status();
    memory.crowd.watermark_ms = 0;
    for (const json::value& item : array_in(page.value(), "runs"))
      if (item.is_object())
        memory.crowd.watermark_ms = std::max(memory.crowd.watermark_ms, number_or_zero(item.get_object(), "end_time"));
  }
  // No more pages than looks would cost.
  int pages_left = memory.crowd.fresh;
  Pages pages = runs_list(client, Which::kActive, Detail::kTasks);
  for (; pages_left > 0 && !pages.at_end(); --pages_left) {
    Task<Result<Object>> asking = pages.next(context);
    const Result<Object> page = co_await asking;
    if (!page.ok()) co_return page.status();
    for (const json::value& item : array_in(page.value(), "runs")) {
      if (!item.is_object() || !says_all(item.get_object())) continue;
      const std::shared_ptr<Sweep> sweep = watched(memory, number_or_zero(item.get_object(), "run_id"));
      if (!sweep || sweep->number > 0 || sweep->under_way || sweep->needs_history) continue;
      report(*sweep, std::make_shared<const Object>(item.get_object()), context.loop().now());
    }
  }
  co_return Status();
}

}  // namespace

bool is_crowd(const Memory& memory, Instant now) {
  return memory.sweeps.size() > kFewRuns && memory.crowd.refused_until <= now;
}

Object watched_by(const Memory& memory, Instant now) {
  const Crowd& crowd = memory.crowd;
  Object how{{"by", "runs/get"}};
  if (is_crowd(memory, now))
    how["by"] = crowd.plan == Crowd::Plan::kCompleted ? "runs/list completed" : "runs/list active";
  if (!crowd.reason.empty()) how["reason"] = crowd.reason;
  return how;
}

Task<Status> wait_in_crowd(Context& context, RestClient& client, Memory& memory, std::shared_ptr<Sweep> sweep,
                           std::uint64_t seen) {
  while (sweep->number == seen && is_crowd(memory, context.loop().now())) {
    Status status;
    if (!memory.crowd.swept) {
      Task<Status> leading = lead(context, client, memory, sweep, seen);
      status = co_await leading;
    } else {
      Task<Status> wait = sweep->done.wait(context);
      status = co_await wait;
    }
    if (!status.ok()) co_return status;
  }
  // The crowd may have gone with somebody else's end: nobody would tell the others.
  if (!is_crowd(memory, context.loop().now())) wake(memory, Wake::kAll);
  co_return Status();
}

Task<Status> gather(Context& context, RestClient& client, Memory& memory, std::shared_ptr<Sweep> sweep) {
  const std::uint64_t before = memory.crowd.gathered;
  const bool many = memory.crowd.fresh > static_cast<int>(kFewRuns) && is_crowd(memory, context.loop().now());
  while (many && sweep->number == 0 && memory.crowd.gathered == before) {
    if (memory.crowd.gathering) {
      Task<Status> wait = sweep->done.wait(context);
      const Status waited = co_await wait;
      if (!waited.ok()) co_return waited;
    } else {
      Task<Status> gathering = gather_active(context, client, memory);
      const Status gathered = co_await gathering;
      if (!context.stopped().ok()) co_return context.stopped();
    }
  }
  co_return Status();
}

}  // namespace brickwork::runs
