#pragma once

#include <functional>
#include <string>

#include "runs/state/handle.h"
#include "runs/watch/look.h"
#include "runs/watch/pace.h"
#include "runs/watch/progress.h"

namespace brickwork::runs {

struct FollowOptions {
  Pace pace;
  std::vector<std::string> task_keys;  // ends when these are final; empty: when the run is
  bool only_tasks = false;             // handle and state are of task_keys alone, whatever else the run has
  std::function<void(const Handle&, const Object& run)> seen = {};  // hears of each document of the run
  bool known_to_exist = false;  // survive even a first look that fails: the run was just started
};

// What became of it: the last state, and the run's own document it was made from.
struct Followed {
  Handle handle;
  Object state;
  Run run;
};

// On the heap, because every watch that is parked has room for one in each of its frames.
using EndOfWatch = std::unique_ptr<Followed>;

// Looks at a run until it ended. Looks that fail are repeated, however long: only Databricks says that a run is over.
// Fails when the operation was stopped, the run is gone, or asking again cannot help (login, permission).
Task<Result<EndOfWatch>> follow(Context& context, RestClient& client, Memory& memory, Handle handle,
                                FollowOptions options, Progress progress);

}  // namespace brickwork::runs
