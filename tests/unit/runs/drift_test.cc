#include <gtest/gtest.h>

#include "runs/wire/fields.h"
#include "unit/runs/fake_workspace.h"

namespace brickwork::runs {
namespace {

using namespace std::chrono_literals;

// A definition of group `g` in which the only task's notebook tells the version.
json::object version(const std::string& notebook) {
  json::object group = chain("g", {"a"});
  group["tasks"].as_array()[0].as_object()["notebook_task"] = json::object{{"notebook_path", notebook}};
  return group;
}

std::string notebook_of(const json::object& task) {
  return std::string(text(object_in(task, "notebook_task"), "notebook_path"));
}

// A run of version /one that failed, and a later launch of version /two by another process.
struct TwoDefinitions : testing::Test {
  void fail_one_and_launch_two() {
    first = launched(process, version("/one"));
    run = first.at("run_id").as_int64();
    handle = first.at("handle").as_object();
    workspace.end_all(run, "FAILED");
    launched(other, version("/two"));
    process.loop.run(sleep_for(process.context, 1min)).ok();
    workspace.log.clear();
  }
  static json::object launched(Process& by, json::object group) {
    return by.loop.run(launch(by.context, by.client, by.memory, {{"group", std::move(group)}})).value();
  }
  Result<json::object> repaired(json::object request) {
    request["handle"] = handle;
    return process.loop.run(repair(process.context, process.client, process.memory, std::move(request)));
  }
  std::size_t repairs() const { return workspace.runs.at(run).history.size() - 1; }
  std::string repaired_notebook() const { return notebook_of(workspace.runs.at(run).tasks.back()); }
  std::string job_notebook() const {
    return notebook_of(array_in(workspace.jobs.begin()->second.settings, "tasks")[0].as_object());
  }

  FakeWorkspace workspace;
  Process process{workspace}, other{workspace};
  json::object first, handle;
  std::int64_t run = 0;
};

TEST_F(TwoDefinitions, ALaunchWithAnotherDefinitionLeavesWhatAnEarlierRunExecutes) {
  first = launched(process, version("/one"));
  run = first.at("run_id").as_int64();
  launched(other, version("/two"));
  EXPECT_EQ(notebook_of(workspace.runs.at(run).tasks[0]), "/one");
}

TEST_F(TwoDefinitions, AnUnaskedRepairStartsNothing) {
  fail_one_and_launch_two();
  const auto result = repaired({});
  EXPECT_EQ(result.status().code(), Code::kFailedPrecondition);
  EXPECT_EQ(result.status()->pointer, "/drift");
  EXPECT_NE(result.status()->message.find("restore"), std::string::npos);
  EXPECT_EQ(repairs(), 0u);
}

TEST_F(TwoDefinitions, ThePlanSaysDrift) {
  fail_one_and_launch_two();
  const auto plan =
      process.loop.run(repair_plan(process.context, process.client, process.memory, {{"handle", handle}}));
  EXPECT_TRUE(plan.value().at("drift").as_bool());
  EXPECT_EQ(workspace.count(), 2);
}

TEST_F(TwoDefinitions, APlanFromBeforeTheOtherLaunchIsCheckedAgain) {
  first = launched(process, version("/one"));
  run = first.at("run_id").as_int64();
  handle = first.at("handle").as_object();
  workspace.end_all(run, "FAILED");
  const auto plan =
      process.loop.run(repair_plan(process.context, process.client, process.memory, {{"handle", handle}}));
  EXPECT_FALSE(plan.value().at("drift").as_bool());
  launched(other, version("/two"));
  process.loop.run(sleep_for(process.context, 1min)).ok();
  EXPECT_EQ(repaired({{"plan", plan.value()}}).status().code(), Code::kFailedPrecondition);
  EXPECT_EQ(repairs(), 0u);
}

TEST_F(TwoDefinitions, NewRepairsWithTheJobAsItIsAndAsksNothing) {
  fail_one_and_launch_two();
  ASSERT_TRUE(repaired({{"drift", "new"}}).ok());
  EXPECT_EQ(repaired_notebook(), "/two");
  EXPECT_EQ(workspace.count("/jobs/get"), 0);
}

TEST_F(TwoDefinitions, RestoreRepairsWithTheOldSettingsAndPutsTheNewOnesBack) {
  fail_one_and_launch_two();
  const auto result = repaired({{"drift", "restore"}, {"group", version("/one")}});
  ASSERT_TRUE(result.ok()) << result.status()->message;
  EXPECT_EQ(repaired_notebook(), "/one");
  EXPECT_EQ(job_notebook(), "/two");
  workspace.log.clear();
  EXPECT_FALSE(launched(other, version("/two")).at("reset").as_bool());
}

TEST_F(TwoDefinitions, RestoreLeavesAThirdDefinitionThatCameMeanwhile) {
  fail_one_and_launch_two();
  Process third(workspace);
  workspace.before = [&](const std::string& path) {
    if (!path.ends_with("/runs/repair")) return;
    workspace.before = {};
    launched(third, version("/three"));
  };
  ASSERT_TRUE(repaired({{"drift", "restore"}, {"group", version("/one")}}).ok());
  EXPECT_EQ(job_notebook(), "/three");
}

TEST_F(TwoDefinitions, RestoreThatCannotRepairStillPutsTheNewSettingsBack) {
  fail_one_and_launch_two();
  workspace.before = [&](const std::string& path) {
    if (path.ends_with("/runs/repair")) workspace.runs.erase(run);
  };
  EXPECT_EQ(repaired({{"drift", "restore"}, {"group", version("/one")}}).status().code(), Code::kNotFound);
  EXPECT_EQ(job_notebook(), "/two");
}

TEST_F(TwoDefinitions, RestoreThatIsStoppedInTheMiddlePutsTheNewSettingsBack) {
  fail_one_and_launch_two();
  Context context(process.loop, Instant::max());
  workspace.before = [&](const std::string& path) {
    if (path.ends_with("/runs/repair")) context.cancel();
  };
  const auto result = process.loop.run(repair(context, process.client, process.memory,
                                              {{"handle", handle}, {"drift", "restore"}, {"group", version("/one")}}));
  EXPECT_EQ(result.status().code(), Code::kCancelled);
  EXPECT_EQ(job_notebook(), "/two");
}

TEST_F(TwoDefinitions, RestoreNeedsTheGroupThatWasLaunched) {
  fail_one_and_launch_two();
  EXPECT_EQ(repaired({{"drift", "restore"}}).status()->pointer, "/group");
  EXPECT_EQ(repaired({{"drift", "restore"}, {"group", version("/two")}}).status()->pointer, "/group");
  EXPECT_EQ(repairs(), 0u);
  EXPECT_EQ(job_notebook(), "/two");
}

TEST_F(TwoDefinitions, AChoiceThatIsNoneIsRefused) {
  fail_one_and_launch_two();
  for (const json::value& choice : {json::value("perhaps"), json::value(1)}) {
    const auto result = repaired({{"drift", choice}});
    EXPECT_EQ(result.status().code(), Code::kInvalidArgument);
    EXPECT_EQ(result.status()->pointer, "/drift");
  }
}

TEST_F(TwoDefinitions, OfARunKnownByItsIdOnlyNobodyCanSay) {
  fail_one_and_launch_two();
  const auto result = process.loop.run(repair(process.context, process.client, process.memory, {{"run_id", run}}));
  ASSERT_TRUE(result.ok());
  EXPECT_FALSE(result.value().at("plan").as_object().contains("drift"));
}

TEST_F(TwoDefinitions, AJobOfEachDefinitionCannotDriftAndIsNotAskedFor) {
  const auto by_definition = [](const std::string& notebook) {
    json::object group = version(notebook);
    group["policy"] = json::object{{"job_identity", "definition"}};
    return group;
  };
  first = launched(process, by_definition("/one"));
  run = first.at("run_id").as_int64();
  handle = first.at("handle").as_object();
  workspace.end_all(run, "FAILED");
  launched(other, by_definition("/two"));
  Process cold(workspace);
  workspace.log.clear();
  ASSERT_TRUE(cold.loop.run(repair(cold.context, cold.client, cold.memory, {{"handle", handle}})).ok());
  EXPECT_EQ(repaired_notebook(), "/one");
  EXPECT_EQ(workspace.count(), 2);
}

// A run of group.run that fails by its cluster while another process launches another definition.
struct RepairByPolicy : TwoDefinitions {
  json::object ran(const std::string& drift) {
    json::object group = version("/one");
    group["policy"] = json::object{
        {"repair",
         json::object{{"max_attempts", 1}, {"on", json::array{"cluster"}}, {"wait_ms", 10'000}, {"drift", drift}}}};
    process.loop.later(8s, [this] { launched(other, version("/two")); });
    process.loop.later(12s,
                       [this] { workspace.end_task(workspace.runs.begin()->first, "a", "FAILED", "CLUSTER_ERROR"); });
    process.loop.later(60s, [this] { workspace.end_all(workspace.runs.begin()->first, "SUCCESS"); });
    const auto result =
        process.loop.run(run_group(process.context, process.client, process.memory, {{"group", std::move(group)}}, {}));
    run = workspace.runs.begin()->first;
    return result.value();
  }
};

TEST_F(RepairByPolicy, IsRefusedWhenTheJobChanged) {
  const json::object result = ran("refuse");
  EXPECT_EQ(text(result.at("state").as_object(), "verdict"), "failed");
  EXPECT_EQ(repairs(), 0u);
  const json::array& decisions = result.at("decisions").as_array();
  EXPECT_NE(text(decisions.back().as_object(), "reason").find("changed since this run was launched"),
            std::string_view::npos);
}

TEST_F(RepairByPolicy, RunsWhatWasLaunchedWhenToldToRestore) {
  EXPECT_EQ(text(ran("restore").at("state").as_object(), "verdict"), "succeeded");
  EXPECT_EQ(repaired_notebook(), "/one");
  EXPECT_EQ(job_notebook(), "/two");
}

TEST_F(RepairByPolicy, RunsTheNewDefinitionWhenTold) {
  EXPECT_EQ(text(ran("new").at("state").as_object(), "verdict"), "succeeded");
  EXPECT_EQ(repaired_notebook(), "/two");
}

// What the state says of the newest repair.
json::object newest_repair(const json::object& state) { return state.at("repairs").as_array().back().as_object(); }

TEST_F(TwoDefinitions, TheHistorySaysWhoAskedForARepairOfWhatAndWithWhichSettings) {
  fail_one_and_launch_two();
  const auto seen_by_another_process = [&](const json::object& answer) {
    Process third(workspace);
    const json::object request{{"handle", answer.at("handle")}};
    return newest_repair(third.loop.run(get(third.context, third.client, third.memory, request)).value());
  };
  auto answer = repaired({{"drift", "restore"}, {"group", version("/one")}, {"asked_by", "ada"}});
  ASSERT_TRUE(answer.ok()) << answer.status()->message;
  json::object entry = seen_by_another_process(answer.value());
  EXPECT_EQ(text(entry, "asked_by"), "ada");
  EXPECT_EQ(text(entry, "settings"), "restored");
  EXPECT_EQ(entry.at("tasks"), (json::array{"a"}));

  workspace.end_all(run, "FAILED");
  handle = answer.value().at("handle").as_object();
  answer = repaired({{"drift", "new"}});
  ASSERT_TRUE(answer.ok()) << answer.status()->message;
  entry = seen_by_another_process(answer.value());
  EXPECT_EQ(text(entry, "asked_by"), "request");
  EXPECT_EQ(text(entry, "settings"), "current");

  entry =
      newest_repair(process.loop.run(get(process.context, process.client, process.memory, {{"run_id", run}})).value());
  EXPECT_FALSE(entry.contains("asked_by")) << "of a run that is known by its id nobody can say";
}

TEST_F(TwoDefinitions, ARepairOfAnUnchangedJobRanWhatWasLaunched) {
  first = launched(process, version("/one"));
  run = first.at("run_id").as_int64();
  handle = first.at("handle").as_object();
  workspace.end_all(run, "FAILED");
  const auto answer = repaired({});
  ASSERT_TRUE(answer.ok()) << answer.status()->message;
  const json::object& kept = answer.value().at("handle").at("repairs").as_array().back().as_object();
  EXPECT_EQ(text(kept, "settings"), "launched");
  EXPECT_EQ(text(kept, "asked_by"), "request");
}

TEST_F(TwoDefinitions, ANameThatIsNoneAsksForNothing) {
  fail_one_and_launch_two();
  for (const json::value& name : {json::value(""), json::value(7), json::value(std::string(101, 'a'))})
    EXPECT_EQ(repaired({{"drift", "new"}, {"asked_by", name}}).status()->pointer, "/asked_by");
  EXPECT_EQ(workspace.count(), 0);
}

TEST_F(RepairByPolicy, IsInTheHistoryAsThePolicys) {
  const json::object entry = newest_repair(ran("restore").at("state").as_object());
  EXPECT_EQ(text(entry, "asked_by"), "policy");
  EXPECT_EQ(text(entry, "settings"), "restored");
}

}  // namespace
}  // namespace brickwork::runs
