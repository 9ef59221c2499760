#include "runs/watch/follower.h"

#include <algorithm>

#include "runs/state/attempts.h"
#include "runs/state/changes.h"
#include "runs/state/handle_at_rest.h"
#include "runs/state/repair_history.h"
#include "runs/state/state.h"
#include "runs/state/verdict.h"
#include "runs/watch/crowd.h"
#include "runs/watch/task_output.h"
#include "runs/watch/told.h"

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

}  // namespace

Follower::Follower(Memory& memory, const RestClient& client, Handle handle, FollowOptions options, Progress progress,
                   Loop& loop)
    : memory_(memory),
      client_(client),
      loop_(loop),
      run_id_(handle.run_id),
      options_(std::move(options)),
      progress_(std::move(progress)),
      followed_(std::make_unique<Followed>(Followed{.handle = std::move(handle), .state = {}, .run = {}})) {}

void Follower::rest() {
  handle_ = at_rest(followed_->handle, followed_->state);
  if (!told_ && is_known()) {
    std::string text = json::serialize(followed_->state);
    text.shrink_to_fit();
    told_ = std::make_shared<const std::string>(std::move(text));
  }
  followed_.reset();
}

void Follower::wake() {
  followed_ = std::make_unique<Followed>();
  if (told_) followed_->state = state_in(*told_);
  followed_->handle = awake(std::exchange(handle_, {}), followed_->state, run_id_, client_.options().host);
}

EndOfWatch Follower::take() {
  if (text(followed_->state, "verdict") != "running") memory_.ended.put(run_id_, followed_->run);
  return std::move(followed_);
}

std::vector<std::int64_t> Follower::failed_tasks(Run run) {
  followed_->run = std::move(run);
  learn(followed_->handle, *followed_->run);
  if (options_.only_tasks) keep_tasks(followed_->handle, options_.task_keys);
  if (repair_not_yet_visible(followed_->handle, *followed_->run) && ++looks_for_repair_ >= kLooksForRepair)
    followed_->handle.latest_repair_id.reset();
  return failed_task_runs(followed_->handle, *followed_->run);
}

void Follower::seen() {
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

void Follower::confirmed() {
  failures_ = 0;
  last_good_ms_ = loop_.unix_ms();
  if (followed_->state.erase("stale_since_ms") > 0) tell({});
}

bool Follower::goes_on_after(const Status& failure) {
  if (!known() || !worth_waiting(failure)) return false;
  ++failures_;
  if (followed_->state.empty() || followed_->state.contains("stale_since_ms")) return true;
  followed_->state["stale_since_ms"] = last_good_ms_;
  tell({});
  return true;
}

Status Follower::check_tasks() const {
  for (const std::string& key : options_.task_keys) {
    const bool known = std::any_of(followed_->handle.tasks.begin(), followed_->handle.tasks.end(),
                                   [&](const group::CompiledTask& task) { return task.task_key == key; });
    if (!known)
      return failure(Code::kInvalidArgument, "the run has no task `" + std::string(head(key, 200)) + "`", "/task");
  }
  return Status();
}

bool Follower::at_end() const {
  if (text(followed_->state, "verdict") != "running") return true;
  return followed_->run && !options_.task_keys.empty() &&
         are_final(*followed_->run, followed_->handle, options_.task_keys) &&
         !repair_not_yet_visible(followed_->handle, *followed_->run);
}

void Follower::tell(json::array paths) {
  told_.reset();
  if (!progress_) return;
  Object document = followed_->state;
  document["changed"] = std::move(paths);
  told_ = progress_(std::move(document));
}

}  // namespace brickwork::runs
