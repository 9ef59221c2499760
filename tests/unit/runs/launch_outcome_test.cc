#include <gtest/gtest.h>

#include "runs/wire/fields.h"
#include "unit/runs/fake_workspace.h"

namespace brickwork::runs {
namespace {

using namespace std::chrono_literals;

// What becomes of a launch when people, permissions and limits have had their way with the job or the run.
struct LaunchOutcome : testing::Test {
  Result<json::object> launch_by(Process& by, json::object group, const std::string& key = "dag/1") {
    json::object request{{"group", std::move(group)}};
    if (!key.empty()) request["launch_key"] = key;
    return by.loop.run(launch(by.context, by.client, by.memory, std::move(request)));
  }
  json::object launched(Process& by, json::object group, const std::string& key = "dag/1") {
    const auto result = launch_by(by, std::move(group), key);
    if (!result.ok()) ADD_FAILURE() << result.status()->message;
    return result.ok() ? result.value() : json::object();
  }
  static json::object identified(const std::string& identity, json::object group = chain("g", {"a"})) {
    group["policy"] = json::object{{"job_identity", identity}};
    return group;
  }

  FakeWorkspace workspace;
  Process process{workspace}, other{workspace};
};

// The text is not documented, and one of the three looks like a missing job.
class TokenOfADeletedRun : public LaunchOutcome, public testing::WithParamInterface<const char*> {};

TEST_P(TokenOfADeletedRun, StartsNothingAndAsksForAnotherKey) {
  workspace.of_deleted_run = GetParam();
  launched(process, chain("g", {"a"}));
  workspace.runs.clear();
  for (Process* each : {&process, &other}) {
    const auto result = launch_by(*each, chain("g", {"a"}));
    EXPECT_EQ(result.status().code(), Code::kFailedPrecondition);
    EXPECT_EQ(result.status()->pointer, "/launch_key");
    EXPECT_NE(result.status()->message.find("another key"), std::string::npos);
  }
  EXPECT_TRUE(workspace.runs.empty());
  EXPECT_EQ(workspace.jobs.size(), 1u);
  EXPECT_TRUE(launch_by(process, chain("g", {"a"}), "dag/2").ok());
}

INSTANTIATE_TEST_SUITE_P(WhateverItsText, TokenOfADeletedRun,
                         testing::Values("Run does not exist.", "Run 17 doesn't exist",
                                         "The run of this idempotency token, 17, was deleted."));

TEST_F(LaunchOutcome, AFinishedRunIsReturnedNotRepeated) {
  const json::object first = launched(process, chain("g", {"a"}));
  workspace.end_all(first.at("run_id").as_int64(), "FAILED");
  const json::object again = launched(process, chain("g", {"a"}));
  EXPECT_EQ(again.at("run_id"), first.at("run_id"));
  EXPECT_TRUE(again.at("attached").as_bool());
  EXPECT_EQ(workspace.runs.size(), 1u);
}

// The workspace's clock says how old a run is; the host's is never asked.
TEST_F(LaunchOutcome, AFinishedRunIsReturnedAsFinishedToAnotherProcessToo) {
  workspace.tells_date = true;
  const json::object first = launched(process, chain("g", {"a"}));
  EXPECT_FALSE(first.at("attached").as_bool());
  workspace.end_all(first.at("run_id").as_int64(), "FAILED");
  workspace.now_ms += 60'000;
  const auto ran = other.loop.run(run_group(other.context, other.client, other.memory,
                                            {{"group", chain("g", {"a"})}, {"launch_key", "dag/1"}}, {}));
  ASSERT_TRUE(ran.ok());
  EXPECT_TRUE(ran.value().at("attached").as_bool());
  EXPECT_EQ(text(ran.value().at("state").as_object(), "verdict"), "failed");

  Process third(workspace);
  const auto looked = third.loop.run(launch(third.context, third.client, third.memory,
                                            {{"group", chain("g", {"a"})}, {"launch_key", "dag/1"}, {"state", true}}));
  EXPECT_TRUE(looked.value().at("attached").as_bool());
  EXPECT_EQ(text(looked.value().at("state").as_object(), "verdict"), "failed");
}

TEST_F(LaunchOutcome, ARunOfItsOwnIsNotAttachedHoweverLongItsAnswersTook) {
  workspace.tells_date = true;
  workspace.disturb("/jobs/run-now", Edge::kAnswerLost, 3);
  const std::int64_t start_ms = workspace.now_ms;
  workspace.before = [&](const std::string&) {  // the server's clock goes on with the host's
    workspace.now_ms =
        start_ms + std::chrono::duration_cast<milliseconds>(process.loop.now().time_since_epoch()).count();
  };
  const auto result = process.loop.run(launch(process.context, process.client, process.memory,
                                              {{"group", chain("g", {"a"})}, {"launch_key", "k"}, {"state", true}}));
  EXPECT_FALSE(result.value().at("attached").as_bool());
}

TEST_F(LaunchOutcome, OfARenamedJobMakesAJobOfTheNameAndLeavesTheOldOne) {
  launched(process, chain("g", {"a"}), "");
  workspace.jobs.begin()->second.settings["name"] = "renamed by people";
  const json::object response = launched(other, chain("g", {"a"}), "");
  EXPECT_TRUE(response.at("created").as_bool());
  ASSERT_EQ(workspace.jobs.size(), 2u);
  EXPECT_EQ(text(workspace.jobs.begin()->second.settings, "name"), "renamed by people");
}

TEST_F(LaunchOutcome, OfAJobThatLostOurTagsMakesAnother) {
  launched(process, chain("g", {"a"}), "");
  workspace.jobs.begin()->second.settings.erase("tags");
  EXPECT_TRUE(launched(other, chain("g", {"a"}), "").at("created").as_bool());
}

TEST_F(LaunchOutcome, OfAJobChangedByHandRunsItAsItIsUntilTheDefinitionChanges) {
  launched(process, chain("g", {"a"}), "");
  workspace.jobs.begin()->second.settings["timeout_seconds"] = 7;
  EXPECT_FALSE(launched(other, chain("g", {"a"}), "").at("reset").as_bool());
  EXPECT_TRUE(launched(other, chain("g", {"a", "b"}), "").at("reset").as_bool());
  EXPECT_FALSE(workspace.jobs.begin()->second.settings.contains("timeout_seconds"));
}

class Forbidden : public LaunchOutcome, public testing::WithParamInterface<std::pair<const char*, const char*>> {};

TEST_P(Forbidden, SaysWhichPermissionHelps) {
  const auto& [path, permission] = GetParam();
  if (std::string_view(path) == "/jobs/reset") launched(process, chain("g", {"x"}), "");
  const std::size_t runs = workspace.runs.size();
  workspace.forbidden = {path};
  const auto result = launch_by(process, chain("g", {"a"}));
  EXPECT_EQ(result.status().code(), Code::kPermissionDenied);
  EXPECT_NE(result.status()->message.find("Ask for " + std::string(permission) + " on"), std::string::npos)
      << result.status()->message;
  EXPECT_NE(result.status()->message.find("another name"), std::string::npos);
  EXPECT_EQ(workspace.runs.size(), runs);
}

INSTANTIATE_TEST_SUITE_P(AtEveryRequest, Forbidden,
                         testing::Values(std::pair("/jobs/list", "CAN_MANAGE"), std::pair("/jobs/create", "CAN_MANAGE"),
                                         std::pair("/jobs/reset", "CAN_MANAGE"),
                                         std::pair("/jobs/run-now", "CAN_MANAGE_RUN")));

TEST_F(LaunchOutcome, OfABadKeyIsRefusedBeforeAnythingIsSent) {
  for (const std::string& key : {std::string(10'000, 'k'), std::string("dag\n1"), std::string("dag\0/1", 6)}) {
    EXPECT_EQ(launch_by(process, chain("g", {"a"}), key).status()->pointer, "/launch_key");
    json::object group = chain("g", {"a"});
    group["policy"] = json::object{{"launch_key", key}};
    const auto result = launch_by(process, std::move(group), "");
    EXPECT_EQ(result.status().code(), Code::kInvalidArgument);
    ASSERT_FALSE(result.status()->findings.empty());
    EXPECT_EQ(result.status()->findings[0].pointer, "/group/policy/launch_key");
  }
  EXPECT_EQ(workspace.count(), 0);
  EXPECT_TRUE(launch_by(process, chain("g", {"a"}), "Übergang/2026-11-21T00:00:00+01:00 日").ok());
}

TEST_F(LaunchOutcome, OfAOneTimeRunLeavesNoJob) {
  const json::object response = launched(process, identified("none"));
  EXPECT_TRUE(workspace.jobs.empty());
  EXPECT_EQ(workspace.log, std::vector<std::string>{"POST /api/2.2/jobs/runs/submit"});
  EXPECT_EQ(text(workspace.bodies.back(), "run_name"), "g");
  EXPECT_FALSE(response.contains("job_id"));
  EXPECT_EQ(launched(other, identified("none")).at("run_id"), response.at("run_id"));
  EXPECT_EQ(workspace.runs.size(), 1u);
}

TEST_F(LaunchOutcome, OfAOneTimeRunNamesAllThatSuchARunCannotHave) {
  json::object group = identified("none");
  group["job_clusters"] = {
      {{"job_cluster_key", "main"}, {"new_cluster", {{"num_workers", 1}, {"spark_version", "x"}}}}};
  group["parameters"] = {{{"name", "p"}, {"default", ""}}};
  group["tasks"].as_array()[0].as_object()["job_cluster_key"] = "main";
  group["max_concurrent_runs"] = 3;
  const auto result = process.loop.run(
      launch(process.context, process.client, process.memory,
             {{"group", std::move(group)}, {"parameters", json::object{{"p", "1"}}}, {"only", json::array{"a"}}}));
  EXPECT_EQ(result.status().code(), Code::kInvalidArgument);
  std::set<std::string> places;
  for (const Finding& finding : result.status()->findings) places.insert(finding.pointer);
  EXPECT_EQ(places, (std::set<std::string>{"/group/job_clusters", "/group/parameters", "/parameters", "/only"}));
  EXPECT_EQ(workspace.count(), 0);
}

TEST_F(LaunchOutcome, OfAOneTimeRunCannotBeRepairedAndSaysSo) {
  const json::object response = launched(process, identified("none"));
  workspace.end_all(response.at("run_id").as_int64(), "FAILED");
  const auto result =
      process.loop.run(repair(process.context, process.client, process.memory, {{"handle", response.at("handle")}}));
  EXPECT_EQ(result.status().code(), Code::kFailedPrecondition);
  EXPECT_NE(result.status()->message.find("no saved job"), std::string::npos);
}

}  // namespace
}  // namespace brickwork::runs
