#include "runs/watch/crowd_round.h"

#include <algorithm>

#include "runs/state/verdict.h"
#include "runs/wire/runs_list.h"

namespace brickwork::runs {
namespace {

constexpr milliseconds kFirstState = std::chrono::minutes(1);
constexpr std::size_t kLooksInASweep = 1;
constexpr std::size_t kLooksForTasks = 8;
constexpr std::size_t kRunsInAPage = 24;
// A page is worth as many sweeps as there are in this time, so that a round costs an eighth of them at most.
constexpr milliseconds kForAPage(20'000);
constexpr milliseconds kLongest = std::chrono::minutes(10);
// Whoever is no longer among the active runs has probably ended, and should hear of it soon.
constexpr std::size_t kMissingInASweep = 24;
// Pages wait for each other; meanwhile nobody hears of an end.
constexpr int kPagesInASweep = 8;

// The time from one round to the next. None where somebody waits for tasks: only the rounds tell their ends.
milliseconds spacing(const Watching& watching) {
  if (watching.crowd.task_watches > 0) return milliseconds(0);
  const std::size_t pages = watching.sweeps.size() / kRunsInAPage + 1;
  return std::min(watching.crowd.round.lacks_states ? kFirstState : kLongest,
                  kForAPage * static_cast<int>(std::min<std::size_t>(pages, 1'000)));
}

void begin(Round& round, const Watching& watching) {
  round.under_way = true;
  round.lacks_states = false;
  round.token.clear();
  for (const std::shared_ptr<Sweep>& sweep : all_watched(watching))
    if (sweep->number > 0) round.unseen.insert(sweep->run_id);
  round.pages_left = round.unseen.size();
}

void end(Round& round, bool at_end_of_list, Instant now) {
  std::vector<std::int64_t>& next = at_end_of_list ? round.missing : round.to_look;
  next.insert(next.end(), round.unseen.begin(), round.unseen.end());
  round.unseen.clear();
  round.under_way = false;
  round.ended = now;
}

void read(const Object& page, Watching& watching, Loop& loop) {
  Round& round = watching.crowd.round;
  for (const json::value& item : array_in(page, "runs")) {
    if (!item.is_object()) continue;
    const Object& run = item.get_object();
    const std::int64_t run_id = number_or_zero(run, "run_id");
    if (round.unseen.erase(run_id) == 0) continue;
    const std::shared_ptr<Sweep> sweep = watched(watching, run_id);
    if (!sweep) continue;
    if (sweep->needs_history || !says_all(run) || ended(run)) {
      round.to_look.push_back(run_id);
    } else if (!sweep->under_way) {
      report(*sweep, std::make_shared<const Object>(run), loop);
    }
  }
  round.token = text(page, "next_page_token");
}

Task<Status> read_pages(Context& context, RestClient& client, Watching& watching) {
  Round& round = watching.crowd.round;
  Pages pages = runs_list(client, Which::kActive, Detail::kTasks, round.token);
  for (int i = 0; i < kPagesInASweep; ++i) {
    Task<Result<Object>> asking = pages.next(context);
    const Result<Object> page = co_await asking;
    if (!context.stopped().ok()) co_return context.stopped();
    if (!speaks_for(client, watching)) co_return Status();
    if (!page.ok()) {
      round.unseen.clear();  // that a list failed says nothing about them
      end(round, false, context.loop().now());
      co_return page.status();
    }
    read(page.value(), watching, context.loop());
    --round.pages_left;
    if (!round.unseen.empty() && !pages.at_end() && round.pages_left > 0) continue;
    end(round, pages.at_end(), context.loop().now());
    break;
  }
  co_return Status();
}

// The next of `left` that are still watched.
std::vector<std::shared_ptr<Sweep>> take(std::vector<std::int64_t>& left, std::size_t most, const Watching& watching) {
  std::vector<std::shared_ptr<Sweep>> taken;
  for (; taken.size() < most && !left.empty(); left.pop_back())
    if (std::shared_ptr<Sweep> sweep = watched(watching, left.back())) taken.push_back(std::move(sweep));
  return taken;
}

Task<Status> look_at(Context& context, RestClient& client, std::shared_ptr<Sweep> sweep) {
  Task<Result<Run>> looking = look(context, client, sweep->run_id, 1, Lane::kWatch);
  Result<Run> run = co_await looking;
  if (!run.ok() && !context.stopped().ok()) co_return context.stopped();
  if (!speaks_for(client, *sweep->watching)) co_return Status();
  if (run.ok() && ended(*run.value())) sweep->reported_end_ms = number_or_zero(*run.value(), "end_time");
  // A list may have told that it ended, and will not tell it again.
  if (!run.ok() && run.status().code() != Code::kNotFound)
    sweep->watching->crowd.round.missing.push_back(sweep->run_id);
  report(*sweep, run, context.loop());
  co_return Status();
}

}  // namespace

// The client's own limits keep this from being a storm.
Task<Status> look_at_each(Context& context, RestClient& client, std::vector<std::shared_ptr<Sweep>> sweeps) {
  std::vector<Task<Status>> looks;
  looks.reserve(sweeps.size());
  for (std::shared_ptr<Sweep>& sweep : sweeps) looks.push_back(look_at(context, client, std::move(sweep)));
  Task<std::vector<Status>> looking = all(context, std::move(looks));
  const std::vector<Status> statuses = co_await looking;
  co_return context.stopped();
}

Task<Status> round_in_sweep(Context& context, RestClient& client, Watching& watching) {
  Round& round = watching.crowd.round;
  const Instant now = context.loop().now();
  if (!round.missing.empty()) {
    Task<Status> looking = look_at_each(context, client, take(round.missing, kMissingInASweep, watching));
    co_return co_await looking;
  }
  if (!round.under_way && round.to_look.empty()) {
    if (round.ended == Instant()) round.ended = now;
    if (now < round.ended + spacing(watching)) co_return Status();
    begin(round, watching);
  }
  if (round.under_way) {
    Task<Status> reading = read_pages(context, client, watching);
    const Status read = co_await reading;
    co_return read;
  }
  const std::size_t looks = watching.crowd.task_watches > 0 ? kLooksForTasks : kLooksInASweep;
  Task<Status> looking = look_at_each(context, client, take(round.to_look, looks, watching));
  co_return co_await looking;
}

}  // namespace brickwork::runs
