#include "local/jobs/run_if.h"

#include <gtest/gtest.h>

#include <vector>

namespace brickwork::local {
namespace {

constexpr Upstream kGood{Result::kSuccess};
constexpr Upstream kBad{Result::kFailed};
constexpr Upstream kLate{Result::kTimedOut};
constexpr Upstream kStopped{Result::kCanceled};
constexpr Upstream kLeftOut{Result::kExcluded};
constexpr Upstream kOtherBranch{Result::kSuccess, false};

struct Row {
  std::vector<Upstream> upstreams;
  Decision all_success, at_least_one_success, none_failed, all_done, at_least_one_failed, all_failed;
};

TEST(RunIf, DecidesEveryRuleForEveryMixture) {
  using enum Decision;
  const std::vector<Row> rows{
      {{}, kRun, kRun, kRun, kRun, kRun, kRun},
      {{kGood}, kRun, kRun, kRun, kRun, kExcluded, kExcluded},
      {{kBad}, kUpstreamFailed, kUpstreamFailed, kUpstreamFailed, kRun, kRun, kRun},
      {{kLate}, kUpstreamFailed, kUpstreamFailed, kUpstreamFailed, kRun, kRun, kRun},
      {{{Result::kUpstreamFailed}}, kUpstreamFailed, kUpstreamFailed, kUpstreamFailed, kRun, kRun, kRun},
      {{kGood, kBad}, kUpstreamFailed, kRun, kUpstreamFailed, kRun, kRun, kExcluded},
      {{kGood, kLeftOut}, kRun, kRun, kRun, kRun, kExcluded, kExcluded},
      {{kBad, kLeftOut}, kUpstreamFailed, kRun, kUpstreamFailed, kRun, kRun, kExcluded},
      {{kStopped}, kUpstreamCanceled, kUpstreamCanceled, kUpstreamCanceled, kRun, kExcluded, kExcluded},
      {{kStopped, kGood}, kUpstreamCanceled, kRun, kUpstreamCanceled, kRun, kExcluded, kExcluded},
      {{kStopped, kBad}, kUpstreamFailed, kUpstreamFailed, kUpstreamFailed, kRun, kRun, kExcluded},
      {{kLeftOut}, kExcluded, kExcluded, kExcluded, kExcluded, kExcluded, kExcluded},
      {{kOtherBranch}, kExcluded, kExcluded, kExcluded, kExcluded, kExcluded, kExcluded},
      {{kOtherBranch, kGood}, kRun, kRun, kRun, kRun, kExcluded, kExcluded},
      {{{Result::kDisabled}}, kRun, kRun, kRun, kRun, kExcluded, kExcluded},
      {{{Result::kSuccessWithFailures}}, kRun, kRun, kRun, kRun, kExcluded, kExcluded},
  };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    SCOPED_TRACE("row " + std::to_string(i));
    EXPECT_EQ(decide(RunIf::kAllSuccess, rows[i].upstreams), rows[i].all_success);
    EXPECT_EQ(decide(RunIf::kAtLeastOneSuccess, rows[i].upstreams), rows[i].at_least_one_success);
    EXPECT_EQ(decide(RunIf::kNoneFailed, rows[i].upstreams), rows[i].none_failed);
    EXPECT_EQ(decide(RunIf::kAllDone, rows[i].upstreams), rows[i].all_done);
    EXPECT_EQ(decide(RunIf::kAtLeastOneFailed, rows[i].upstreams), rows[i].at_least_one_failed);
    EXPECT_EQ(decide(RunIf::kAllFailed, rows[i].upstreams), rows[i].all_failed);
  }
}

}  // namespace
}  // namespace brickwork::local
