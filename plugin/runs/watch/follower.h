#pragma once

#include "runs/watch/follow.h"

namespace brickwork::runs {

// What one watch knows of its run, and tells of it. It is awake while it looks, and rests between two looks: then it
// keeps the text of the state and what the state does not say of the handle, a tenth of what it works on.
class Follower {
 public:
  Follower(Memory& memory, const RestClient& client, Handle handle, FollowOptions options, Progress progress,
           Loop& loop);

  void rest();
  void wake();
  // What ended is remembered for a repair, which then needs no look of its own.
  EndOfWatch take();

  // Takes the run's document; the failed tasks whose errors `seen` will show.
  std::vector<std::int64_t> failed_tasks(Run run);
  void seen();
  // A sweep of many runs saw that this one goes on, and no more.
  void confirmed();
  // Whether a look that failed leaves something to wait for.
  bool goes_on_after(const Status& failure);

  // A task that the run does not have would be waited for until the run ends.
  Status check_tasks() const;
  bool is_known() const { return !followed_->state.empty(); }
  bool at_end() const;

  std::int64_t run_id() const { return run_id_; }
  const Pace& pace() const { return options_.pace; }
  int failures() const { return failures_; }
  // The first look is worth the client's own retries, later ones are repeated by the next.
  int max_attempts() const { return known() ? 1 : 0; }
  bool waits_for_tasks() const { return !options_.task_keys.empty(); }
  // What it tells of the run comes from its documents.
  bool needs_state() const { return waits_for_tasks() || options_.seen; }
  void must_exist() { options_.known_to_exist = true; }

 private:
  bool known() const { return options_.known_to_exist || is_known(); }
  void tell(json::array paths);

  Memory& memory_;
  const RestClient& client_;
  Loop& loop_;
  const std::int64_t run_id_;
  FollowOptions options_;
  Progress progress_;
  EndOfWatch followed_;  // null at rest
  Told told_;            // the state, as the host may read it; at rest never null once there is one
  std::string handle_;   // at rest; see handle_at_rest.h
  std::int64_t last_good_ms_ = 0;
  int failures_ = 0;
  int looks_for_repair_ = 0;
};

}  // namespace brickwork::runs
