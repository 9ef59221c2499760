#include "local/resources/cluster_reaper.h"

#include <gtest/gtest.h>

#include "turned_clock.h"

namespace brickwork::local {
namespace {

constexpr std::int64_t kMinute = 60'000;

class ClusterReaperTest : public testing::Test {
 protected:
  std::string running_cluster(std::int64_t autotermination_minutes) {
    const std::string id =
        records_.create({{"spark_version", "16"}, {"autotermination_minutes", autotermination_minutes}}, "name", "me");
    records_.set_running(id);
    return id;
  }
  std::string state_of(const std::string& id) { return records_.find(id)->state; }

  Store store_{":memory:"};
  Workspace workspace_{store_, "/nowhere", "http://host", 7, "me", "token"};
  TurnedClock clock_;
  ClusterRecords records_{workspace_, [this] { return clock_.now_ms(); }};
  ClusterHost host_{records_};
  ClusterReaper reaper_{records_, host_, clock_};
};

TEST_F(ClusterReaperTest, AClusterThatNobodyUsesEndsAfterItsMinutesAndNotBefore) {
  const std::string id = running_cluster(30);
  clock_.turn(29 * kMinute);
  EXPECT_EQ(state_of(id), "RUNNING");
  clock_.turn(2 * kMinute);
  EXPECT_EQ(state_of(id), "TERMINATED");
  EXPECT_EQ(records_.find(id)->termination_code, "INACTIVITY");
  EXPECT_EQ(records_.events(id).back().type, "TERMINATING");
}

TEST_F(ClusterReaperTest, ATaskThatRunsLongKeepsItUpAndItsEndStartsTheMinutesAnew) {
  const std::string id = running_cluster(10);
  records_.use_begins(id);
  clock_.turn(60 * kMinute);
  EXPECT_EQ(state_of(id), "RUNNING");
  records_.use_ends(id);
  clock_.turn(9 * kMinute);
  EXPECT_EQ(state_of(id), "RUNNING");
  clock_.turn(2 * kMinute);
  EXPECT_EQ(state_of(id), "TERMINATED");
}

TEST_F(ClusterReaperTest, ZeroMinutesMeanForEver) {
  const std::string id = running_cluster(0);
  clock_.turn(100'000 * kMinute);
  EXPECT_EQ(state_of(id), "RUNNING");
}

TEST_F(ClusterReaperTest, AStartAfterItGivesItAllItsMinutesAgain) {
  const std::string id = running_cluster(10);
  clock_.turn(20 * kMinute);
  ASSERT_TRUE(records_.begin_start(id, "me"));
  host_.start_cluster(id);
  clock_.turn(9 * kMinute);
  EXPECT_EQ(state_of(id), "RUNNING");
}

TEST_F(ClusterReaperTest, StatesChangeOnlyFromWhereTheyMay) {
  const std::string id = running_cluster(0);
  EXPECT_FALSE(records_.begin_start(id, "me"));
  EXPECT_FALSE(records_.set_running(id));
  EXPECT_TRUE(records_.begin_restart(id, "me"));
  EXPECT_FALSE(records_.begin_restart(id, "me"));
  EXPECT_TRUE(records_.begin_stop(id, "USER_REQUEST", ""));
  EXPECT_FALSE(records_.begin_stop(id, "USER_REQUEST", ""));
  EXPECT_FALSE(records_.set_running(id));
  EXPECT_TRUE(records_.set_terminated(id, "USER_REQUEST", ""));
  EXPECT_FALSE(records_.set_terminated(id, "OTHER", ""));
  EXPECT_EQ(records_.find(id)->termination_code, "USER_REQUEST");
}

}  // namespace
}  // namespace brickwork::local
