#include <gtest/gtest.h>

#include <fstream>

#include "contract/groups.h"

namespace brickwork::contract {
namespace {

struct Repair : testing::Test {
  // A run in which first succeeded, checks/rows failed and last had nothing to wait for.
  void fail() {
    launched = host.done(BW_GROUP_LAUNCH, {{"group", group_that_can_be_mended(host, "mended", marker)},
                                           {"parameters", json::object{{"year", "2017"}}}});
    handle = launched.at("handle").as_object();
    failed = host.done(BW_RUN_WATCH, {{"handle", handle}});
    ASSERT_EQ(text(failed, "verdict"), "failed") << json::serialize(failed);
  }
  void mend() { std::ofstream(marker) << "yes"; }
  std::size_t repairs() const { return host.done(BW_RUN_GET, {{"handle", handle}}).at("repairs").as_array().size(); }

  LocalWorkspace workspace;
  Host host{workspace};
  std::filesystem::path marker = workspace.directory() / "mended";
  json::object launched, handle, failed;
};

TEST_F(Repair, ShowsTheFailedTaskItsErrorAndItsTrace) {
  fail();
  EXPECT_EQ(text(task_of(failed, "first"), "verdict"), "succeeded");
  EXPECT_EQ(text(task_of(failed, "checks/rows"), "verdict"), "failed");
  EXPECT_EQ(text(task_of(failed, "last"), "verdict"), "upstream_failed");
  EXPECT_NE(text(task_of(failed, "checks/rows"), "error").find("no rows"), std::string_view::npos);
  EXPECT_EQ(text(failed.at("groups").as_array()[0].as_object(), "verdict"), "failed");

  json::array tasks;
  tasks.push_back("checks/rows");
  const json::object output = host.done(BW_RUN_OUTPUT, {{"handle", handle}, {"tasks", std::move(tasks)}});
  ASSERT_EQ(output.at("outputs").as_array().size(), 1u);
  const json::object& rows = output.at("outputs").as_array()[0].as_object();
  EXPECT_NE(text(rows, "error").find("ValueError"), std::string_view::npos);
  EXPECT_NE(text(rows, "error_trace").find("Traceback"), std::string_view::npos);
}

TEST_F(Repair, RunsOnlyWhatFailedWithTheParametersOfTheRun) {
  fail();
  mend();
  host.requests();
  const json::object repaired = host.done(BW_RUN_REPAIR, {{"handle", handle}});
  EXPECT_EQ(host.requests(), std::vector<std::string>{"POST /api/2.2/jobs/runs/repair"});
  const json::object state = host.done(BW_RUN_WATCH, {{"handle", repaired.at("handle")}});
  EXPECT_EQ(text(state, "verdict"), "succeeded") << json::serialize(state);
  EXPECT_EQ(task_of(state, "first").at("run_id"), task_of(failed, "first").at("run_id"));
  EXPECT_NE(task_of(state, "checks/rows").at("run_id"), task_of(failed, "checks/rows").at("run_id"));
  EXPECT_EQ(task_of(state, "checks/rows").at("attempts").as_array().size(), 2u);
  EXPECT_EQ(state.at("run").as_object().at("run_id"), launched.at("run_id"));

  const json::object output = host.done(BW_RUN_OUTPUT, {{"handle", handle}});
  EXPECT_EQ(text(output.at("outputs").as_array()[2].as_object(), "result"), "2017");
}

// The third request keeps a repair from running what another launch made of the job; it goes out beside the first.
TEST_F(Repair, FromAnotherClientIsTwoRequestsAndALookAtTheJob) {
  fail();
  mend();
  const Host other(workspace);
  host.requests();
  other.done(BW_RUN_REPAIR, {{"handle", handle}});
  EXPECT_EQ(host.requests(), (std::vector<std::string>{"GET /api/2.2/jobs/get", "GET /api/2.2/jobs/runs/get",
                                                       "POST /api/2.2/jobs/runs/repair"}));
}

TEST_F(Repair, OfAJobThatAnotherLaunchChangedIsRefusedUntilSomebodyChooses) {
  const auto version = [](const char* left) { return group_of("twice", {condition_task("a", left, "no number")}); };
  const auto broken = [&](const char* left) {
    json::object group = version(left);
    group["tasks"].as_array()[0].as_object()["condition_task"].as_object()["op"] = "GREATER_THAN";
    return group;
  };
  launched = host.done(BW_GROUP_LAUNCH, {{"group", broken("one")}});
  handle = launched.at("handle").as_object();
  ASSERT_EQ(text(host.done(BW_RUN_WATCH, {{"handle", handle}}), "verdict"), "failed");
  const Host other(workspace);
  EXPECT_TRUE(other.done(BW_GROUP_LAUNCH, {{"group", broken("two")}}).at("reset").as_bool());

  const Host cold(workspace);
  EXPECT_EQ(cold.call(BW_RUN_REPAIR, {{"handle", handle}}).status, BW_FAILED_PRECONDITION);
  EXPECT_EQ(repairs(), 0u);
  const json::object repaired =
      cold.done(BW_RUN_REPAIR, {{"handle", handle}, {"drift", "restore"}, {"group", broken("one")}});
  EXPECT_TRUE(repaired.at("plan").as_object().at("drift").as_bool());
  const json::object run =
      host.rest("GET", "/api/2.2/jobs/runs/get?run_id=" + std::string(text(launched, "run_id_str")));
  for (const json::value& task : run.at("tasks").as_array())
    EXPECT_EQ(text(task.at("condition_task").as_object(), "left"), "one");
  EXPECT_FALSE(other.done(BW_GROUP_LAUNCH, {{"group", broken("two")}}).at("reset").as_bool());
}

TEST_F(Repair, PlanSaysWhatWouldRunAndWhy) {
  fail();
  const json::object plan = host.done(BW_RUN_REPAIR_PLAN, {{"handle", handle}});
  EXPECT_TRUE(plan.at("possible").as_bool());
  ASSERT_EQ(plan.at("rerun").as_array().size(), 2u);
  EXPECT_EQ(text(plan.at("rerun").as_array()[0].as_object(), "reason"), "failed");
  EXPECT_EQ(text(plan.at("rerun").as_array()[1].as_object(), "reason"), "upstream_failed");
  EXPECT_EQ(plan.at("keep").as_array().size(), 1u);
  EXPECT_FALSE(plan.at("drift").as_bool());
  EXPECT_EQ(repairs(), 0u);
}

TEST_F(Repair, ASecondTimeBuildsOnTheFirst) {
  fail();
  const json::object first = host.done(BW_RUN_REPAIR, {{"handle", handle}});
  EXPECT_EQ(text(host.done(BW_RUN_WATCH, {{"handle", first.at("handle")}}), "verdict"), "failed");
  mend();
  const json::object second = host.done(BW_RUN_REPAIR, {{"handle", handle}});
  const json::object state = host.done(BW_RUN_WATCH, {{"handle", second.at("handle")}});
  EXPECT_EQ(text(state, "verdict"), "succeeded");
  EXPECT_EQ(state.at("repairs").as_array().size(), 2u);
}

TEST_F(Repair, WhoseAnswerIsLostIsStartedOnce) {
  fail();
  mend();
  host.disturb({json::object{
      {"method", "POST"}, {"path", "/api/2.2/jobs/runs/repair"}, {"fault", json::object{{"kind", "reset_after"}}}}});
  const json::object repaired = host.done(BW_RUN_REPAIR, {{"handle", handle}});
  const json::object state = host.done(BW_RUN_WATCH, {{"handle", repaired.at("handle")}});
  EXPECT_EQ(text(state, "verdict"), "succeeded");
  EXPECT_EQ(state.at("repairs").as_array().size(), 1u);
}

TEST_F(Repair, OfTwoAtTheSameMomentOneRepairsAndBothFollowIt) {
  fail();
  mend();
  const Host other(workspace);
  const std::uint64_t mine = host.start(BW_RUN_REPAIR, {{"handle", handle}});
  const std::uint64_t theirs = other.start(BW_RUN_REPAIR, {{"handle", handle}});
  const Answer one = host.wait(mine);
  const Answer two = other.wait(theirs);
  ASSERT_EQ(one.status, BW_OK) << one.message;
  ASSERT_EQ(two.status, BW_OK) << two.message;
  EXPECT_EQ(one.response.at("repair_id"), two.response.at("repair_id"));
  EXPECT_NE(one.response.at("attached"), two.response.at("attached"));
  EXPECT_EQ(repairs(), 1u);
}

TEST_F(Repair, OfASuccessfulRunIsRefused) {
  mend();
  launched = host.done(BW_GROUP_LAUNCH, {{"group", group_that_can_be_mended(host, "good", marker)}});
  handle = launched.at("handle").as_object();
  ASSERT_EQ(text(host.done(BW_RUN_WATCH, {{"handle", handle}}), "verdict"), "succeeded");
  const Answer answer = host.call(BW_RUN_REPAIR, {{"handle", handle}});
  EXPECT_EQ(answer.status, BW_FAILED_PRECONDITION) << answer.message;
  EXPECT_EQ(repairs(), 0u);
}

TEST_F(Repair, OfADeletedRunIsNotFound) {
  fail();
  host.rest("POST", "/api/2.2/jobs/runs/delete", json::object{{"run_id", launched.at("run_id")}});
  EXPECT_EQ(host.call(BW_RUN_REPAIR, {{"handle", handle}}).status, BW_NOT_FOUND);
  EXPECT_EQ(host.call(BW_RUN_REPAIR_PLAN, {{"handle", handle}}).status, BW_NOT_FOUND);
}

TEST_F(Repair, OfARunningRunIsRefusedAndCancelEndsIt) {
  launched = host.done(BW_GROUP_LAUNCH, {{"group", endless_group(host, "endless")}});
  handle = launched.at("handle").as_object();
  const Answer answer = host.call(BW_RUN_REPAIR, {{"handle", handle}});
  EXPECT_EQ(answer.status, BW_FAILED_PRECONDITION) << answer.message;
  EXPECT_EQ(repairs(), 0u);

  const json::object canceled = host.done(BW_RUN_CANCEL, {{"handle", handle}, {"wait", true}});
  EXPECT_EQ(text(canceled.at("state").as_object(), "verdict"), "canceled") << json::serialize(canceled);
}

}  // namespace
}  // namespace brickwork::contract
