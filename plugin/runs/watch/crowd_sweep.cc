#include "runs/watch/crowd_sweep.h"

#include <algorithm>
#include <limits>
#include <unordered_set>

#include "runs/state/verdict.h"
#include "runs/watch/crowd_round.h"
#include "runs/wire/runs_list.h"

namespace brickwork::runs {
namespace {

constexpr int kMostPages = 50;
// Runs that end at the same moment may come into the list a little apart. Where that was seen, each sweep reads this
// much further than what it knows, and once so much that those are found which were passed over before it was seen.
constexpr std::int64_t kOverlapMs = 2'000;
constexpr std::int64_t kPassedOverMs = 10'000;
constexpr auto kLateHolds = std::chrono::hours(1);
constexpr auto kRefusalHolds = std::chrono::hours(1);

// What the completed runs of one page say about those that are watched.
struct Page {
  std::vector<std::shared_ptr<Sweep>> unclear;  // ended, and only runs/get says how
  std::int64_t oldest_ms = 0;
  std::int64_t newest_ms = 0;
  bool in_order = true;
  bool has_late = false;  // an end from before the watermark, and the sweep before did not see it
};

Page read_page(const Object& page, Watching& watching, std::int64_t known_ms, std::int64_t previous_ms, Loop& loop) {
  Page read{.oldest_ms = previous_ms};
  for (const json::value& item : array_in(page, "runs")) {
    if (!item.is_object()) continue;
    const Object& run = item.get_object();
    const std::int64_t end_ms = number_or_zero(run, "end_time");
    read.in_order = read.in_order && end_ms <= read.oldest_ms;
    read.oldest_ms = end_ms;
    read.newest_ms = std::max(read.newest_ms, end_ms);
    const std::shared_ptr<Sweep> sweep = watched(watching, number_or_zero(run, "run_id"));
    if (!sweep || sweep->reported_end_ms == end_ms || !ended(run)) continue;
    read.has_late = read.has_late || (end_ms < known_ms && sweep->number > 0);
    if (sweep->needs_history || !says_all(run)) {
      read.unclear.push_back(sweep);
      continue;
    }
    sweep->reported_end_ms = end_ms;
    report(*sweep, std::make_shared<const Object>(run), loop);
  }
  return read;
}

Task<Status> sweep_active(Context& context, RestClient& client, Watching& watching) {
  std::unordered_set<std::int64_t> active;
  Pages pages = runs_list(client, Which::kActive, Detail::kRunsOnly);
  while (!pages.at_end()) {
    Task<Result<Object>> asking = pages.next(context);
    const Result<Object> page = co_await asking;
    if (!page.ok()) co_return page.status();
    if (!speaks_for(client, watching)) co_return Status();
    for (const json::value& item : array_in(page.value(), "runs"))
      if (item.is_object()) active.insert(number_or_zero(item.get_object(), "run_id"));
  }
  std::vector<std::shared_ptr<Sweep>> gone = all_watched(watching);
  std::erase_if(gone, [&](const auto& sweep) { return active.contains(sweep->run_id) || sweep->number == 0; });
  Task<Status> looking = look_at_each(context, client, std::move(gone));
  co_return co_await looking;
}

Task<Status> sweep_completed(Context& context, RestClient& client, Watching& watching) {
  const std::uint64_t begun = watching.crowd.begun;
  const std::int64_t begun_ms = watching.crowd.begun_ms;
  const bool has_begun = begun_ms != Crowd::kNone && watching.crowd.watermark_ms != Crowd::kNone;
  const std::int64_t known_ms =
      has_begun ? std::min(begun_ms, watching.crowd.watermark_ms) : watching.crowd.watermark_ms;
  std::vector<std::shared_ptr<Sweep>> unclear;
  std::int64_t oldest_ms = std::numeric_limits<std::int64_t>::max();
  std::int64_t down_to_ms = context.loop().now() < watching.crowd.late_until ? known_ms - kOverlapMs : known_ms;
  std::int64_t newest_ms = std::max<std::int64_t>(known_ms, 0);
  bool reached = false;
  const int most_pages = known_ms == Crowd::kNone ? 1 : kMostPages;
  Pages pages = runs_list(client, Which::kCompleted, Detail::kTasks);
  for (int i = 0; i < most_pages && !reached && !pages.at_end(); ++i) {
    Task<Result<Object>> asking = pages.next(context);
    const Result<Object> answer = co_await asking;
    if (!answer.ok()) co_return answer.status();
    if (!speaks_for(client, watching)) co_return Status();
    const Page page = read_page(answer.value(), watching, known_ms, oldest_ms, context.loop());
    unclear.insert(unclear.end(), page.unclear.begin(), page.unclear.end());
    if (!page.in_order) {
      watching.crowd.plan = Crowd::Plan::kActive;
      watching.crowd.reason = "runs/list does not list completed runs by their end";
    }
    if (page.has_late) {
      if (context.loop().now() >= watching.crowd.late_until) down_to_ms = known_ms - kPassedOverMs;
      watching.crowd.late_until = context.loop().now() + kLateHolds;
    }
    newest_ms = std::max(newest_ms, page.newest_ms);
    oldest_ms = page.oldest_ms;
    reached = !page.in_order || oldest_ms < down_to_ms;
  }
  Task<Status> looking = look_at_each(context, client, std::move(unclear));
  const Status looked = co_await looking;
  if (!looked.ok()) co_return looked;
  // Before the first sweep there is no watermark, and after more ends than pages it does not hold: then the list of
  // active runs says which of ours are gone.
  if ((!reached || known_ms == Crowd::kNone) && !pages.at_end()) {
    Task<Status> catching_up = sweep_active(context, client, watching);
    const Status caught_up = co_await catching_up;
    if (!caught_up.ok()) co_return caught_up;
  }
  watching.crowd.watermark_ms = newest_ms;  // not before: what a page that failed would have told is asked for again
  if (watching.crowd.begun == begun) watching.crowd.begun_ms = Crowd::kNone;
  co_return Status();
}

bool is_refusal(const Status& status) {
  return status.code() == Code::kPermissionDenied || status.code() == Code::kNotFound ||
         status.code() == Code::kInvalidArgument || status.code() == Code::kUnimplemented;
}

void tell_all(Watching& watching, const Status& outcome, Loop& loop) {
  if (outcome.ok() && !std::exchange(watching.crowd.has_failures, false)) return;
  for (const std::shared_ptr<Sweep>& sweep : all_watched(watching)) {
    if (sweep->number == 0) continue;  // still waits for its first state, by another way
    if (!outcome.ok()) {
      report(*sweep, outcome, loop);
    } else if (!sweep->failure.ok()) {
      report(*sweep, Run(), loop);
    }
  }
}

}  // namespace

Task<Status> sweep_once(Context& context, RestClient& client, Watching& watching) {
  Crowd& crowd = watching.crowd;
  Status swept;
  if (crowd.plan == Crowd::Plan::kCompleted) {
    Task<Status> sweeping = sweep_completed(context, client, watching);
    swept = co_await sweeping;
  } else {
    Task<Status> sweeping = sweep_active(context, client, watching);
    swept = co_await sweeping;
  }
  if (!context.stopped().ok()) co_return context.stopped();
  if (!speaks_for(client, watching)) co_return Status();
  if (is_refusal(swept)) {
    crowd.refused_until = context.loop().now() + kRefusalHolds;
    crowd.reason = "runs/list is refused: " + swept->message;
    co_return Status();
  }
  crowd.failures = swept.ok() ? 0 : crowd.failures + 1;
  tell_all(watching, swept, context.loop());
  if (!swept.ok()) co_return swept;
  Task<Status> looking = round_in_sweep(context, client, watching);
  const Status looked = co_await looking;
  co_return looked;
}

}  // namespace brickwork::runs
