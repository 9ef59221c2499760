#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "runs/handle.h"

namespace brickwork::runs {

// Says whether a run that failed is repaired by itself. It neither waits nor sends.
struct RepairPolicy {
  std::int64_t max_attempts = 0;
  std::vector<std::string> on;  // "cluster", "platform", "any"
  bool dependents = true;
  std::chrono::milliseconds wait{10'000};

  // Only when every task that failed by itself did so for a reason that is listed: as long as one failed for another,
  // the run cannot succeed and a repair would only cost. What a user canceled stays canceled. All repairs of the run
  // count, so that a launcher that died and came back does not begin anew.
  bool repairs(const Handle& handle, const Object& run) const;
};

// `policy` of a handle, with the `repair` of a request on top of it.
RepairPolicy repair_policy(const Object& policy, const Object& request);

}  // namespace brickwork::runs
