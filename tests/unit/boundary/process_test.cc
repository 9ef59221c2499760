#include "boundary/process.h"

#include <gtest/gtest.h>

namespace brickwork::boundary {
namespace {

TEST(WorkspaceBudget, IsOneForAllClientsOfAWorkspace) {
  const Instant begin = Instant{} + std::chrono::seconds(1000);
  TokenBucket& first = workspace_budget("https://one", 1)->bucket("GET", "/api/2.2/jobs/runs/get");
  TokenBucket& second = workspace_budget("https://one", 1)->bucket("GET", "/api/2.2/jobs/runs/get");
  EXPECT_TRUE(first.take(begin));
  EXPECT_FALSE(second.take(begin));
}

TEST(WorkspaceBudget, IsAnotherForAnotherWorkspaceOrRate) {
  EXPECT_NE(workspace_budget("https://one", 1), workspace_budget("https://two", 1));
  EXPECT_NE(workspace_budget("https://one", 1), workspace_budget("https://one", 2));
}

}  // namespace
}  // namespace brickwork::boundary
