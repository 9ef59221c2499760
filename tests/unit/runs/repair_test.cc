#include <gtest/gtest.h>

#include "runs/wire/fields.h"
#include "unit/runs/fake_workspace.h"

namespace brickwork::runs {
namespace {

using namespace std::chrono_literals;

struct Repairing : testing::Test {
  void start(json::object group, json::object parameters = {}) {
    const Result<json::object> result =
        process.loop.run(launch(process.context, process.client, process.memory,
                                {{"group", std::move(group)}, {"parameters", std::move(parameters)}}));
    handle = result.value().at("handle").as_object();
    run = result.value().at("run_id").as_int64();
    workspace.log.clear();
  }
  // a succeeds, b fails, c cannot run.
  void fail_in_the_middle() {
    start(chain("g", {"a", "b", "c"}), {{"year", "2017"}});
    workspace.end_task(run, "a", "SUCCESS");
    workspace.end_task(run, "b", "FAILED");
    workspace.end_task(run, "c", "UPSTREAM_FAILED", "SKIPPED");
  }
  Result<json::object> repaired(json::object request) { return repaired_by(process, std::move(request)); }
  Result<json::object> repaired_by(Process& by, json::object request) {
    return by.loop.run(repair(by.context, by.client, by.memory, std::move(request)));
  }
  json::object planned(json::object request) {
    return process.loop.run(repair_plan(process.context, process.client, process.memory, std::move(request))).value();
  }
  std::size_t repairs() const { return workspace.runs.at(run).history.size() - 1; }

  FakeWorkspace workspace;
  Process process{workspace};
  json::object handle;
  std::int64_t run = 0;
};

TEST_F(Repairing, FromColdIsTwoRequests) {
  fail_in_the_middle();
  const auto result = repaired({{"handle", handle}});
  ASSERT_TRUE(result.ok()) << result.status()->message;
  EXPECT_EQ(workspace.count(), 2);
  EXPECT_EQ(result.value().at("handle").as_object().at("latest_repair_id"), result.value().at("repair_id"));
}

TEST_F(Repairing, AfterAWatchIsOneRequest) {
  fail_in_the_middle();
  ASSERT_TRUE(process.loop.run(watch(process.context, process.client, process.memory, {{"handle", handle}}, {})).ok());
  workspace.log.clear();
  ASSERT_TRUE(repaired({{"handle", handle}}).ok());
  EXPECT_EQ(workspace.log, std::vector<std::string>{"POST /api/2.2/jobs/runs/repair"});
}

TEST_F(Repairing, OfAPlanGivenBackIsOneRequest) {
  fail_in_the_middle();
  const json::object plan = planned({{"handle", handle}});
  workspace.log.clear();
  ASSERT_TRUE(repaired({{"handle", handle}, {"plan", plan}}).ok());
  EXPECT_EQ(workspace.count(), 1);
}

TEST_F(Repairing, RunsAgainWhatFailedAndKeepsTheOthersAndTheParameters) {
  fail_in_the_middle();
  const json::object plan = planned({{"handle", handle}});
  EXPECT_TRUE(plan.at("possible").as_bool());
  ASSERT_EQ(plan.at("rerun").as_array().size(), 2u);
  EXPECT_EQ(text(plan.at("rerun").as_array()[0].as_object(), "reason"), "failed");
  EXPECT_EQ(text(plan.at("rerun").as_array()[1].as_object(), "reason"), "upstream_failed");
  EXPECT_EQ(plan.at("keep"), (json::array{"a"}));
  EXPECT_EQ(plan.at("saved_ms").as_int64(), 1'000);
  EXPECT_FALSE(plan.at("drift").as_bool());

  const std::int64_t kept = workspace.runs[run].tasks[0].at("run_id").as_int64();
  ASSERT_TRUE(repaired({{"handle", handle}}).ok());
  EXPECT_EQ(workspace.bodies.back().at("job_parameters"), (json::object{{"year", "2017"}}));
  workspace.end_all(run, "SUCCESS");
  const auto state = process.loop.run(get(process.context, process.client, process.memory, {{"handle", handle}}));
  const json::array& tasks = state.value().at("tasks").as_array();
  EXPECT_EQ(text(state.value(), "verdict"), "succeeded");
  EXPECT_EQ(tasks[0].as_object().at("run_id").as_int64(), kept);
  EXPECT_EQ(tasks[1].as_object().at("attempts").as_array().size(), 2u);
}

TEST_F(Repairing, OfOneNamedTaskLeavesItsDependentsUnlessAsked) {
  start(chain("g", {"a", "b"}));
  workspace.end_all(run, "SUCCESS");
  EXPECT_EQ(planned({{"handle", handle}, {"tasks", json::array{"a"}}}).at("rerun").as_array().size(), 1u);
  const json::object plan = planned({{"handle", handle}, {"tasks", json::array{"a"}}, {"dependents", true}});
  ASSERT_EQ(plan.at("rerun").as_array().size(), 2u);
  EXPECT_EQ(text(plan.at("rerun").as_array()[0].as_object(), "reason"), "asked for");
  EXPECT_EQ(text(plan.at("rerun").as_array()[1].as_object(), "reason"), "depends on a");
}

TEST_F(Repairing, ASecondTimeBuildsOnTheFirst) {
  fail_in_the_middle();
  const auto first = repaired({{"handle", handle}});
  workspace.end_all(run, "FAILED");
  const auto second = repaired({{"handle", handle}});
  ASSERT_TRUE(second.ok()) << second.status()->message;
  EXPECT_EQ(workspace.bodies.back().at("latest_repair_id"), first.value().at("repair_id"));
  EXPECT_EQ(repairs(), 2u);
}

TEST_F(Repairing, OfARunningRunIsRefused) {
  start(chain("g", {"a"}));
  const auto result = repaired({{"handle", handle}});
  EXPECT_EQ(result.status().code(), Code::kFailedPrecondition);
  EXPECT_EQ(workspace.count("/runs/repair"), 0);
}

TEST_F(Repairing, OfASuccessfulRunIsRefusedUnlessTasksAreNamed) {
  start(chain("g", {"a"}));
  workspace.end_all(run, "SUCCESS");
  EXPECT_EQ(repaired({{"handle", handle}}).status().code(), Code::kFailedPrecondition);
  EXPECT_TRUE(repaired({{"handle", handle}, {"tasks", json::array{"a"}}}).ok());
}

TEST_F(Repairing, OfADeletedRunIsNotFound) {
  fail_in_the_middle();
  const json::object plan = planned({{"handle", handle}});
  workspace.runs.erase(run);
  EXPECT_EQ(repaired({{"handle", handle}}).status().code(), Code::kNotFound);
  EXPECT_EQ(repaired({{"handle", handle}, {"plan", plan}}).status().code(), Code::kNotFound);
}

TEST_F(Repairing, LosesARaceWithoutStartingAnything) {
  fail_in_the_middle();
  const json::object plan = planned({{"handle", handle}});
  Process other(workspace);
  ASSERT_TRUE(repaired_by(other, {{"handle", handle}, {"tasks", json::array{"c"}}}).ok());
  const auto result = repaired({{"handle", handle}, {"plan", plan}});
  EXPECT_EQ(result.status().code(), Code::kAborted);
  EXPECT_EQ(repairs(), 1u);
}

TEST_F(Repairing, AtTheSameMomentAsAnotherHostGetsItsRepair) {
  fail_in_the_middle();
  const json::object plan = planned({{"handle", handle}});
  Process other(workspace), third(workspace);
  const auto first = repaired_by(other, {{"handle", handle}});
  EXPECT_FALSE(first.value().at("attached").as_bool());
  for (auto& [by, request] : {std::pair<Process*, json::object>{&process, {{"handle", handle}, {"plan", plan}}},
                              {&third, {{"handle", handle}}},
                              {&third, {{"handle", handle}, {"tasks", json::array{"b"}}}}}) {
    const auto result = repaired_by(*by, request);
    ASSERT_TRUE(result.ok()) << result.status()->message;
    EXPECT_EQ(result.value().at("repair_id"), first.value().at("repair_id"));
    EXPECT_EQ(result.value().at("handle").as_object().at("latest_repair_id"), first.value().at("repair_id"));
    EXPECT_TRUE(result.value().at("attached").as_bool());
  }
  EXPECT_EQ(repairs(), 1u);
  EXPECT_EQ(repaired_by(third, {{"handle", handle}, {"tasks", json::array{"a"}}}).status().code(),
            Code::kFailedPrecondition);
}

TEST_F(Repairing, OfARunningRunWaitsWhenAsked) {
  start(chain("g", {"a", "b"}));
  process.loop.later(60s, [this] {
    workspace.end_task(run, "a", "FAILED");
    workspace.end_task(run, "b", "UPSTREAM_FAILED", "SKIPPED");
  });
  const auto refused = repaired({{"handle", handle}});
  EXPECT_NE(refused.status()->message.find("(a, b)"), std::string::npos) << refused.status()->message;
  const auto result = repaired({{"handle", handle}, {"wait", true}});
  ASSERT_TRUE(result.ok()) << result.status()->message;
  EXPECT_EQ(repairs(), 1u);
}

TEST_F(Repairing, LosesARaceThatIsOverAlready) {
  fail_in_the_middle();
  const json::object plan = planned({{"handle", handle}});
  Process other(workspace);
  ASSERT_TRUE(repaired_by(other, {{"handle", handle}, {"tasks", json::array{"c"}}}).ok());
  workspace.end_all(run, "FAILED");
  EXPECT_EQ(repaired({{"handle", handle}, {"plan", plan}}).status().code(), Code::kAborted);
  EXPECT_EQ(repairs(), 1u);
}

class RepairWithALostRequest : public Repairing, public testing::WithParamInterface<Edge> {};

TEST_P(RepairWithALostRequest, StartsOneRepair) {
  fail_in_the_middle();
  const auto first = repaired({{"handle", handle}});
  ASSERT_TRUE(first.ok());
  workspace.end_all(run, "FAILED");
  workspace.disturb("/runs/repair", GetParam());
  const auto second = repaired({{"handle", handle}});
  ASSERT_TRUE(second.ok()) << second.status()->message;
  EXPECT_EQ(repairs(), 2u);
  EXPECT_EQ(second.value().at("repair_id"), workspace.runs[run].history.back().as_object().at("id"));
}

INSTANTIATE_TEST_SUITE_P(AtEveryEdge, RepairWithALostRequest,
                         testing::Values(Edge::kNotSent, Edge::kLostOnTheWay, Edge::kAnswerLost, Edge::kAnswerLostAs502,
                                         Edge::kTooMany, Edge::kUnavailable));

TEST_F(Repairing, AnAnswerThatWasLostIsNotTakenForSomebodyElsesRepair) {
  fail_in_the_middle();
  const json::object plan = planned({{"handle", handle}});
  workspace.disturb("/runs/repair", Edge::kLostOnTheWay);
  Process other(workspace);
  bool raced = false;
  workspace.before = [&](const std::string& path) {
    if (raced || !path.ends_with("/runs/get")) return;
    raced = true;
    ASSERT_TRUE(repaired_by(other, {{"handle", handle}, {"tasks", json::array{"c"}}}).ok());
  };
  EXPECT_EQ(repaired({{"handle", handle}, {"plan", plan}}).status().code(), Code::kAborted);
  EXPECT_EQ(repairs(), 1u);
}

TEST_F(Repairing, AWatchThatFollowsDoesNotTakeTheOldEndForTheNew) {
  fail_in_the_middle();
  ASSERT_TRUE(repaired({{"handle", handle}}).ok());
  workspace.end_all(run, "FAILED");
  const FakeWorkspace::SavedRun before = workspace.runs[run];
  const json::object after = repaired({{"handle", handle}}).value().at("handle").as_object();
  const FakeWorkspace::SavedRun now = workspace.runs[run];
  workspace.runs[run] = before;  // what the server shows has not caught up
  process.loop.later(7s, [&] { workspace.runs[run] = now; });
  process.loop.later(17s, [&] { workspace.end_all(run, "SUCCESS"); });
  const auto state = process.loop.run(watch(process.context, process.client, process.memory, {{"handle", after}}, {}));
  EXPECT_EQ(text(state.value(), "verdict"), "succeeded");
}

TEST_F(Repairing, PlanTellsWhenTheJobIsNoLongerWhatWasLaunched) {
  fail_in_the_middle();
  const json::object old = handle;
  workspace.jobs.begin()->second.settings["tags"].as_object()["brickwork_digest"] = "another";
  EXPECT_TRUE(planned({{"handle", old}}).at("drift").as_bool());
}

}  // namespace
}  // namespace brickwork::runs
