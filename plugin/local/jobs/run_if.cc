#include "local/jobs/run_if.h"

namespace brickwork::local {
namespace {

struct Counts {
  std::size_t succeeded = 0;
  std::size_t excluded = 0;
  std::size_t failed = 0;
  std::size_t canceled = 0;
};

Counts count(std::span<const Upstream> upstreams) {
  Counts counts;
  for (const Upstream& upstream : upstreams) {
    switch (upstream.result) {
      case Result::kFailed:
      case Result::kTimedOut:
      case Result::kUpstreamFailed:
      case Result::kMaximumConcurrentRunsReached:
        ++counts.failed;
        break;
      case Result::kCanceled:
      case Result::kUpstreamCanceled:
        ++counts.canceled;
        break;
      case Result::kExcluded:
        ++counts.excluded;
        break;
      default:
        ++(upstream.branch_taken ? counts.succeeded : counts.excluded);
    }
  }
  return counts;
}

Decision because_of(const Counts& counts) {
  return counts.failed > 0 ? Decision::kUpstreamFailed : Decision::kUpstreamCanceled;
}

}  // namespace

std::optional<RunIf> parse_run_if(std::string_view name) {
  if (name == "ALL_SUCCESS") return RunIf::kAllSuccess;
  if (name == "AT_LEAST_ONE_SUCCESS") return RunIf::kAtLeastOneSuccess;
  if (name == "NONE_FAILED") return RunIf::kNoneFailed;
  if (name == "ALL_DONE") return RunIf::kAllDone;
  if (name == "AT_LEAST_ONE_FAILED") return RunIf::kAtLeastOneFailed;
  if (name == "ALL_FAILED") return RunIf::kAllFailed;
  return std::nullopt;
}

Decision decide(RunIf run_if, std::span<const Upstream> upstreams) {
  if (upstreams.empty()) return Decision::kRun;
  const Counts counts = count(upstreams);
  // Nothing above ran: whatever the rule says, there is nothing to go on from.
  if (counts.excluded == upstreams.size()) return Decision::kExcluded;
  switch (run_if) {
    case RunIf::kAllSuccess:
    case RunIf::kNoneFailed:
      return counts.failed + counts.canceled == 0 ? Decision::kRun : because_of(counts);
    case RunIf::kAtLeastOneSuccess:
      return counts.succeeded + counts.excluded > 0 ? Decision::kRun : because_of(counts);
    case RunIf::kAllDone:
      return Decision::kRun;
    case RunIf::kAtLeastOneFailed:
      return counts.failed > 0 ? Decision::kRun : Decision::kExcluded;
    case RunIf::kAllFailed:
      return counts.failed == upstreams.size() ? Decision::kRun : Decision::kExcluded;
  }
  return Decision::kRun;
}

}  // namespace brickwork::local
