#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "local/jobs/state.h"

namespace brickwork::local {

enum class RunIf { kAllSuccess, kAtLeastOneSuccess, kNoneFailed, kAllDone, kAtLeastOneFailed, kAllFailed };

std::optional<RunIf> parse_run_if(std::string_view name);

// What a finished task means to a task that depends on it.
struct Upstream {
  Result result = Result::kSuccess;
  bool branch_taken = true;  // false: the edge names an outcome of a condition_task that did not come
};

enum class Decision { kRun, kUpstreamFailed, kUpstreamCanceled, kExcluded };

// Whether a task whose upstream tasks have all finished runs, and if not, why.
Decision decide(RunIf run_if, std::span<const Upstream> upstreams);

}  // namespace brickwork::local
