#include <gtest/gtest.h>

#include "runs/wire/fields.h"
#include "unit/runs/fake_workspace.h"

namespace brickwork::runs {
namespace {

json::object launched(Process& process, json::object request) {
  const Result<json::object> result =
      process.loop.run(launch(process.context, process.client, process.memory, std::move(request)));
  if (!result.ok()) ADD_FAILURE() << result.status()->message;
  return result.ok() ? result.value() : json::object();
}

json::object keyed(json::object group, const std::string& key) {
  return json::object{{"group", std::move(group)}, {"launch_key", key}};
}

TEST(Launch, OfAKnownAndUnchangedJobIsOneRequest) {
  FakeWorkspace workspace;
  Process process(workspace);
  launched(process, {{"group", chain("g", {"a", "b"})}});
  workspace.log.clear();
  launched(process, {{"group", chain("g", {"a", "b"})}});
  EXPECT_EQ(workspace.log, std::vector<std::string>{"POST /api/2.2/jobs/run-now"});
}

TEST(Launch, FromColdIsTwoRequests) {
  FakeWorkspace workspace;
  Process first(workspace);
  launched(first, {{"group", chain("g", {"a"})}});
  workspace.log.clear();
  Process second(workspace);
  const json::object response = launched(second, {{"group", chain("g", {"a"})}});
  EXPECT_EQ(workspace.count(), 2);
  EXPECT_EQ(workspace.jobs.size(), 1u);
  EXPECT_FALSE(response.at("created").as_bool());
  EXPECT_FALSE(response.at("reset").as_bool());
}

TEST(Launch, ResetsTheJobOnlyWhenTheDefinitionDiffers) {
  FakeWorkspace workspace;
  Process process(workspace);
  launched(process, {{"group", chain("g", {"a"})}});
  const json::object response = launched(process, {{"group", chain("g", {"a", "b"})}});
  EXPECT_TRUE(response.at("reset").as_bool());
  EXPECT_EQ(workspace.count("/jobs/reset"), 1);
  EXPECT_EQ(workspace.jobs.size(), 1u);
  launched(process, {{"group", chain("g", {"a", "b"})}});
  EXPECT_EQ(workspace.count("/jobs/reset"), 1);
}

TEST(Launch, LeavesAJobOfTheSameNameAloneThatIsNotOurs) {
  FakeWorkspace workspace;
  workspace.add_job("g", {{"team", "people"}});
  Process process(workspace);
  const json::object response = launched(process, {{"group", chain("g", {"a"})}});
  EXPECT_TRUE(response.at("created").as_bool());
  EXPECT_EQ(workspace.jobs.size(), 2u);
}

TEST(Launch, WithIdentityByDefinitionKeepsOneJobForEach) {
  FakeWorkspace workspace;
  Process process(workspace);
  for (const auto& keys : {std::vector<std::string>{"a"}, {"a", "b"}, {"a"}}) {
    json::object group = chain("g", keys);
    group["policy"] = json::object{{"job_identity", "definition"}};
    launched(process, {{"group", std::move(group)}});
  }
  EXPECT_EQ(workspace.jobs.size(), 2u);
  EXPECT_EQ(workspace.count("/jobs/reset"), 0);
}

TEST(Launch, OfOneKeyIsOneRunForEveryProcess) {
  FakeWorkspace workspace;
  Process first(workspace);
  Process second(workspace);
  const json::object one = launched(first, keyed(chain("g", {"a"}), "dag/1"));
  const json::object again = launched(first, keyed(chain("g", {"a"}), "dag/1"));
  const json::object other = launched(second, keyed(chain("g", {"a"}), "dag/1"));
  EXPECT_EQ(one.at("run_id"), again.at("run_id"));
  EXPECT_EQ(one.at("run_id"), other.at("run_id"));
  EXPECT_EQ(workspace.runs.size(), 1u);
  EXPECT_FALSE(one.at("attached").as_bool());
  EXPECT_TRUE(again.at("attached").as_bool());
}

TEST(Launch, WithoutAKeyIsANewRunEachTime) {
  FakeWorkspace workspace;
  Process process(workspace);
  launched(process, {{"group", chain("g", {"a"})}});
  launched(process, {{"group", chain("g", {"a"})}});
  EXPECT_EQ(workspace.runs.size(), 2u);
}

// Every request of a launch, met by every way in which it can get lost.
class LaunchWithALostRequest : public testing::TestWithParam<std::tuple<std::string, Edge>> {};

TEST_P(LaunchWithALostRequest, MakesOneJobAndOneRun) {
  const auto& [path, edge] = GetParam();
  FakeWorkspace workspace;
  if (path == "/jobs/reset") {
    Process before(workspace);
    launched(before, {{"group", chain("g", {"x"})}});
    workspace.runs.clear();
  }
  workspace.disturb(path, edge);
  Process process(workspace);
  const json::object response = launched(process, keyed(chain("g", {"a"}), "dag/1"));
  EXPECT_EQ(workspace.jobs.size(), 1u);
  ASSERT_EQ(workspace.runs.size(), 1u);
  EXPECT_EQ(response.at("run_id").as_int64(), workspace.runs.begin()->first);
  EXPECT_EQ(workspace.runs.begin()->second.tasks.size(), 1u);
  EXPECT_EQ(text(workspace.runs.begin()->second.tasks[0], "task_key"), "a");
}

INSTANTIATE_TEST_SUITE_P(AtEveryEdge, LaunchWithALostRequest,
                         testing::Combine(testing::Values("/jobs/list", "/jobs/create", "/jobs/reset", "/jobs/run-now"),
                                          testing::Values(Edge::kNotSent, Edge::kLostOnTheWay, Edge::kAnswerLost,
                                                          Edge::kAnswerLostAs502, Edge::kTooMany, Edge::kUnavailable)));

TEST(Launch, AfterTwoLostCreationsStillHasOneJob) {
  FakeWorkspace workspace;
  workspace.disturb("/jobs/create", Edge::kLostOnTheWay);
  workspace.disturb("/jobs/create", Edge::kAnswerLost);
  Process process(workspace);
  launched(process, {{"group", chain("g", {"a"})}});
  EXPECT_EQ(workspace.jobs.size(), 1u);
  EXPECT_EQ(workspace.count("/jobs/create"), 2);
}

TEST(Launch, AgreesWithAProcessThatCreatedTheJobAtTheSameMoment) {
  FakeWorkspace workspace;
  Process other(workspace);
  std::int64_t theirs = 0;
  workspace.before = [&](const std::string& path) {
    if (!path.ends_with("/jobs/create") || theirs != 0) return;
    theirs = 1;
    theirs = launched(other, keyed(chain("g", {"a"}), "dag/1")).at("run_id").as_int64();
  };
  Process process(workspace);
  const json::object response = launched(process, keyed(chain("g", {"a"}), "dag/1"));
  EXPECT_EQ(response.at("run_id").as_int64(), theirs);
  EXPECT_EQ(workspace.jobs.size(), 1u);
  EXPECT_EQ(workspace.runs.size(), 1u);
}

TEST(Launch, SharesTheRunOfAHostThatMetTheJobThatLostTheRace) {
  FakeWorkspace workspace;
  Process third(workspace);
  std::int64_t theirs = 0;
  workspace.before = [&](const std::string& path) {
    if (theirs != 0 || !path.ends_with("/jobs/list") || workspace.count("/jobs/create") == 0) return;
    theirs = 1;
    theirs = launched(third, keyed(chain("g", {"a"}), "dag/1")).at("run_id").as_int64();
    workspace.jobs[workspace.add_job("g", {{"brickwork", "1"}})].created_time = 1;
  };
  Process process(workspace);
  EXPECT_EQ(launched(process, keyed(chain("g", {"a"}), "dag/1")).at("run_id").as_int64(), theirs);
  EXPECT_EQ(workspace.runs.size(), 1u);
  EXPECT_TRUE(workspace.jobs.contains(workspace.runs.begin()->second.job_id)) << "its run could not be repaired";
}

TEST(Launch, StartsAgainWhenTheJobIsDeletedUnderIt) {
  FakeWorkspace workspace;
  Process process(workspace);
  launched(process, {{"group", chain("g", {"a"})}});
  bool deleted = false;
  workspace.before = [&](const std::string& path) {
    if (!path.ends_with("/jobs/reset") || std::exchange(deleted, true)) return;
    workspace.jobs.clear();
  };
  EXPECT_TRUE(launched(process, {{"group", chain("g", {"b"})}}).at("created").as_bool());
}

TEST(Launch, FindsOutThatAKnownJobWasDeletedAndGoesOn) {
  FakeWorkspace workspace;
  Process process(workspace);
  launched(process, {{"group", chain("g", {"a"})}});
  workspace.jobs.clear();
  const json::object response = launched(process, {{"group", chain("g", {"a"})}});
  EXPECT_TRUE(response.at("created").as_bool());
  EXPECT_EQ(workspace.runs.size(), 2u);
}

TEST(Launch, BelievesAKnownJobForALimitedTime) {
  FakeWorkspace workspace;
  Process process(workspace);
  launched(process, {{"group", chain("g", {"a"})}});
  process.loop.run(sleep_for(process.context, std::chrono::minutes(11))).ok();
  workspace.log.clear();
  launched(process, {{"group", chain("g", {"a"})}});
  EXPECT_EQ(workspace.count("/jobs/list"), 1);
}

TEST(Launch, SendsParametersAsTextAndOnlyAsTaskKeys) {
  FakeWorkspace workspace;
  Process process(workspace);
  json::object group = chain("g", {"a"});
  group["tasks"].as_array().push_back(json::object{{"group", "checks"}, {"tasks", chain("", {"x", "y"}).at("tasks")}});
  launched(process, {{"group", std::move(group)},
                     {"parameters", json::object{{"year", 2017}, {"state", "Iowa"}}},
                     {"only", json::array{"a+", "checks"}}});
  const json::object& sent = workspace.bodies.back();
  EXPECT_EQ(sent.at("job_parameters"), (json::object{{"year", "2017"}, {"state", "Iowa"}}));
  EXPECT_EQ(sent.at("only"), (json::array{"a+", "checks__x", "checks__y"}));
}

// One notebook task in a nested group, with a value for one launch.
json::object with_limit(const json::value& limit) {
  json::object group = chain("g", {"a"});
  group["tasks"].as_array().push_back(json::object{{"group", "checks"}, {"tasks", chain("", {"rows"}).at("tasks")}});
  group["launch"] = json::object{{"task_parameters", json::object{{"checks/rows", json::object{{"limit", limit}}}}}};
  return group;
}

json::object airflow_group() {
  json::object group = chain("g", {"a"});
  group["dialect"] = "airflow";
  group["jar_params"] = {"1"};
  group["defaults"] = {{"notebook_params", {{"p", "group"}}}};
  return group;
}

TEST(Launch, OfTheAirflowDialectGivesTheRunWhatTheProviderGives) {
  FakeWorkspace workspace;
  Process process(workspace);
  launched(process, {{"group", airflow_group()}});
  const json::object& body = workspace.bodies.back();
  EXPECT_EQ(body.at("jar_params"), json::value({"1"}));
  EXPECT_EQ(body.at("notebook_params"), json::value({{"p", "group"}}));
  EXPECT_FALSE(body.contains("python_params"));
}

TEST(Launch, OfTheAirflowDialectGivesNoParametersOfTheOldKindBesideJobParameters) {
  FakeWorkspace workspace;
  Process process(workspace);
  json::object group = airflow_group();
  group.erase("jar_params");
  group["parameters"] = {{{"name", "day"}, {"default", ""}}};
  launched(process, {{"group", group}});
  EXPECT_FALSE(workspace.bodies.back().contains("notebook_params"));
}

TEST(Launch, WithOtherValuesForATaskIsStillOneRequestOfTheSameJob) {
  FakeWorkspace workspace;
  Process process(workspace);
  launched(process, {{"group", with_limit(10)}});
  EXPECT_EQ(workspace.bodies.back().at("job_parameters"), (json::object{{"checks__rows__limit", "10"}}));
  workspace.log.clear();
  const json::object response =
      launched(process, {{"group", with_limit("20")}, {"parameters", json::object{{"year", 2017}}}});
  EXPECT_EQ(workspace.log, std::vector<std::string>{"POST /api/2.2/jobs/run-now"});
  EXPECT_FALSE(response.at("reset").as_bool());
  EXPECT_EQ(workspace.bodies.back().at("job_parameters"),
            (json::object{{"year", "2017"}, {"checks__rows__limit", "20"}}));
  EXPECT_EQ(workspace.jobs.size(), 1u);
}

TEST(Launch, OfAValueThatTheRequestGivesTooIsRefused) {
  FakeWorkspace workspace;
  Process process(workspace);
  const auto result = process.loop.run(
      launch(process.context, process.client, process.memory,
             {{"group", with_limit(10)}, {"parameters", json::object{{"checks__rows__limit", "20"}}}}));
  EXPECT_EQ(result.status().code(), Code::kInvalidArgument);
  EXPECT_EQ(result.status()->pointer, "/parameters/checks__rows__limit");
  EXPECT_EQ(workspace.count(), 0);
}

TEST(Launch, WithMoreParametersThanARunTakesIsRefused) {
  FakeWorkspace workspace;
  Process process(workspace);
  const auto result = process.loop.run(
      launch(process.context, process.client, process.memory,
             {{"group", chain("g", {"a"})}, {"parameters", json::object{{"a", std::string(10'000, 'x')}}}}));
  EXPECT_EQ(result.status().code(), Code::kInvalidArgument);
  EXPECT_EQ(result.status()->pointer, "/parameters");
  EXPECT_EQ(workspace.count(), 0);
}

TEST(Launch, SaysWhichItemOfOnlyIsUnknownBeforeAnythingIsSent) {
  FakeWorkspace workspace;
  Process process(workspace);
  const auto result = process.loop.run(launch(process.context, process.client, process.memory,
                                              {{"group", chain("g", {"a"})}, {"only", json::array{"a", "nope"}}}));
  EXPECT_EQ(result.status().code(), Code::kInvalidArgument);
  EXPECT_EQ(result.status()->pointer, "/only/1");
  EXPECT_EQ(workspace.count(), 0);
}

TEST(Launch, OfABadGroupPointsIntoTheRequest) {
  FakeWorkspace workspace;
  Process process(workspace);
  json::object group = chain("g", {"a"});
  group["tasks"].as_array()[0].as_object()["depends_on"] = json::array{"nobody"};
  const auto result =
      process.loop.run(launch(process.context, process.client, process.memory, {{"group", std::move(group)}}));
  EXPECT_EQ(result.status().code(), Code::kInvalidArgument);
  ASSERT_FALSE(result.status()->findings.empty());
  EXPECT_EQ(result.status()->findings[0].pointer.rfind("/group/tasks/0", 0), 0u)
      << result.status()->findings[0].pointer;
  EXPECT_EQ(workspace.count(), 0);
}

TEST(Launch, HandleHasNoSecretAndStaysUnder64KiBForAThousandTasks) {
  FakeWorkspace workspace;
  Process process(workspace);
  const json::object response = launched(process, {{"group", many("g", 1'000)}});
  const std::string handle = json::serialize(response.at("handle"));
  EXPECT_LT(handle.size(), 64u * 1024);
  EXPECT_EQ(handle.find("test-token"), handle.npos);
}

}  // namespace
}  // namespace brickwork::runs
