#include "runs/launch/unused_jobs.h"

#include <gtest/gtest.h>

#include "runs/wire/fields.h"
#include "unit/runs/fake_workspace.h"

namespace brickwork::runs {
namespace {

using namespace std::chrono_literals;

struct UnusedJobs : testing::Test {
  static json::object definition(int number, json::object policy = {}) {
    json::object group = chain("g", {"t" + std::to_string(number)});
    policy["job_identity"] = "definition";
    group["policy"] = std::move(policy);
    return group;
  }
  // A job of its own with a run that has ended, and an hour passes.
  std::int64_t old_job(int number, const char* result = "SUCCESS") {
    const auto launched =
        process.loop.run(launch(process.context, process.client, process.memory, {{"group", definition(number)}}));
    if (result != nullptr) workspace.end_all(launched.value().at("run_id").as_int64(), result);
    workspace.now_ms += 3'600'000;
    return launched.value().at("job_id").as_int64();
  }
  // Launches, lets the run end and returns the jobs that are left.
  std::set<std::int64_t> left_after_run(json::object group) {
    process.loop.later(60s, [this] {
      for (const auto& [id, run] : workspace.runs)
        if (workspace.active(id) && id > last) workspace.end_all(id, "SUCCESS");
    });
    last = workspace.runs.empty() ? 0 : workspace.runs.rbegin()->first;
    const auto result =
        process.loop.run(run_group(process.context, process.client, process.memory, {{"group", std::move(group)}}, {}));
    EXPECT_TRUE(result.ok());
    std::set<std::int64_t> left;
    for (const auto& [id, job] : workspace.jobs) left.insert(id);
    return left;
  }
  static json::object cleanup(std::int64_t after_ms, int at_most) {
    return {{"cleanup", json::object{{"after_ms", after_ms}, {"at_most", at_most}}}};
  }

  FakeWorkspace workspace;
  Process process{workspace};
  std::int64_t last = 0;
};

TEST_F(UnusedJobs, GoTheOldestFirstAndNoMoreThanAllowed) {
  const std::int64_t one = old_job(1), two = old_job(2), three = old_job(3);
  const auto left = left_after_run(definition(4, cleanup(1'000, 2)));
  EXPECT_FALSE(left.contains(one));
  EXPECT_FALSE(left.contains(two));
  EXPECT_TRUE(left.contains(three));
  EXPECT_EQ(left.size(), 2u);
}

TEST_F(UnusedJobs, StayWhileTheyAreYoung) {
  const std::int64_t one = old_job(1), two = old_job(2);
  const auto left = left_after_run(definition(3, cleanup(5'400'000, 9)));
  EXPECT_FALSE(left.contains(one));
  EXPECT_TRUE(left.contains(two));
  EXPECT_TRUE(left_after_run(definition(4)).contains(two)) << "by default 30 days";
}

TEST_F(UnusedJobs, StayWhileTheyHaveAnActiveOrAYoungRun) {
  const std::int64_t active = old_job(1, nullptr), young = old_job(2);
  process.loop.run(launch(process.context, process.client, process.memory, {{"group", definition(2)}})).value();
  workspace.end_all(workspace.runs.rbegin()->first, "FAILED");
  workspace.now_ms += 600'000;
  const auto left = left_after_run(definition(3, cleanup(1'800'000, 9)));
  EXPECT_TRUE(left.contains(active));
  EXPECT_TRUE(left.contains(young));
}

TEST_F(UnusedJobs, AreNeverJobsOfPeopleOfOtherGroupsOfNamesOrWithASchedule) {
  const std::int64_t people = workspace.add_job("g 0123456789ab", {{"brickwork_digest", "0123456789abcdef"}});
  const std::int64_t renamed = workspace.add_job("g", {{"brickwork", "1"}, {"brickwork_digest", "0123456789abcdef"}});
  const std::int64_t other =
      workspace.add_job("h 0123456789ab", {{"brickwork", "1"}, {"brickwork_digest", "0123456789abcdef"}});
  const std::int64_t scheduled = old_job(1);
  workspace.jobs[scheduled].settings["schedule"] = json::object{{"quartz_cron_expression", "0 0 * * * ?"}};
  const auto left = left_after_run(definition(3, cleanup(0, 9)));
  for (const std::int64_t id : {people, renamed, other, scheduled}) EXPECT_TRUE(left.contains(id)) << id;
}

TEST_F(UnusedJobs, AreNotLookedForWhenTheJobWasThereOrNoneMayGo) {
  old_job(1);
  old_job(2);
  workspace.log.clear();
  left_after_run(definition(2, cleanup(0, 9)));
  EXPECT_EQ(workspace.count("/jobs/delete"), 0);
  left_after_run(definition(3, cleanup(0, 0)));
  EXPECT_EQ(workspace.count("/jobs/delete"), 0);
}

TEST_F(UnusedJobs, ThatCannotBeDeletedFailNoLaunch) {
  old_job(1);
  workspace.forbidden = {"/jobs/delete"};
  EXPECT_EQ(left_after_run(definition(2, cleanup(0, 9))).size(), 2u);
}

}  // namespace
}  // namespace brickwork::runs
