#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "runs/state/handle.h"

namespace brickwork::runs {

// Says whether a run that ended is repaired by itself, and why. It neither waits nor sends.
struct RepairPolicy {
  struct Decision {
    bool repair = false;
    std::string reason;  // for the host, whichever it is
  };

  std::int64_t max_attempts = 0;  // 0: no run is ever repaired by itself
  std::vector<std::string> on;    // names of FailureClass, or "any"
  bool dependents = true;
  std::chrono::milliseconds wait{10'000};
  std::chrono::milliseconds deadline{0};  // no repair begins later than this after the run began; 0: whenever
  std::chrono::milliseconds budget{0};    // nor when what failed so far has cost this much execution; 0: any

  // Only when every task that failed by itself did so for a reason that is listed: as long as one failed for another,
  // the run cannot succeed and a repair would only cost. What a user canceled stays canceled. All repairs of the run
  // count, so that a launcher that died and came back does not begin anew.
  Decision decide(const Handle& handle, const Object& run, std::int64_t now_ms) const;
};

// What is wrong with `repair` of a request: all of it, each with its place.
Status check_repair(const Object& request);

// `policy` of a handle, with the `repair` of a request on top of it.
RepairPolicy repair_policy(const Object& policy, const Object& request);

}  // namespace brickwork::runs
