#include <gtest/gtest.h>

#include "runs/wire/fields.h"
#include "unit/runs/fake_workspace.h"

namespace brickwork::runs {
namespace {

using namespace std::chrono_literals;

struct RunGroup : testing::Test {
  Result<json::object> ran(Context& context, json::object request) {
    return process.loop.run(
        run_group(context, process.client, process.memory, std::move(request),
                  host_reads([this](json::object document) { told.push_back(std::move(document)); })));
  }
  // Ends the only run, or its repair, at a moment.
  void end_at(milliseconds when, const std::string& key, const std::string& result, const std::string& code = {}) {
    process.loop.later(
        when, [this, key, result, code] { workspace.end_task(workspace.runs.begin()->first, key, result, code); });
  }
  std::size_t repairs() const { return workspace.runs.begin()->second.history.size() - 1; }

  FakeWorkspace workspace;
  Process process{workspace};
  std::vector<json::object> told;
};

json::object with_policy(json::object group, json::object policy) {
  group["policy"] = std::move(policy);
  return json::object{{"group", std::move(group)}};
}

const json::object kTwiceOnCluster{
    {"repair", json::object{{"max_attempts", 2}, {"on", json::array{"cluster"}}, {"wait_ms", 1'000}}}};

TEST_F(RunGroup, TellsTheHandleBeforeAnythingElse) {
  end_at(3s, "a", "SUCCESS");
  const auto result = ran(process.context, {{"group", chain("g", {"a"})}});
  EXPECT_EQ(text(result.value().at("state").as_object(), "verdict"), "succeeded");
  ASSERT_GE(told.size(), 2u);
  EXPECT_TRUE(told[0].contains("handle"));
  EXPECT_FALSE(told[0].contains("state"));
  EXPECT_TRUE(told[1].contains("state"));
}

TEST_F(RunGroup, RepairsWhatTheClusterBroke) {
  end_at(3s, "a", "FAILED", "CLUSTER_ERROR");
  end_at(60s, "a", "SUCCESS");
  const auto result = ran(process.context, with_policy(chain("g", {"a"}), kTwiceOnCluster));
  EXPECT_EQ(text(result.value().at("state").as_object(), "verdict"), "succeeded");
  EXPECT_EQ(repairs(), 1u);
}

TEST_F(RunGroup, LeavesTheUsersOwnMistakeAlone) {
  end_at(3s, "a", "FAILED");
  const auto result = ran(process.context, with_policy(chain("g", {"a"}), kTwiceOnCluster));
  EXPECT_EQ(text(result.value().at("state").as_object(), "verdict"), "failed");
  EXPECT_EQ(repairs(), 0u);
}

TEST_F(RunGroup, StopsAfterAsManyRepairsAsThePolicyAllows) {
  end_at(3s, "a", "FAILED", "CLUSTER_ERROR");
  end_at(60s, "a", "FAILED", "CLUSTER_ERROR");
  end_at(120s, "a", "FAILED", "CLUSTER_ERROR");
  const auto result = ran(process.context, with_policy(chain("g", {"a"}), kTwiceOnCluster));
  EXPECT_EQ(text(result.value().at("state").as_object(), "verdict"), "failed");
  EXPECT_EQ(repairs(), 2u);
}

TEST_F(RunGroup, EachDecisionIsToldWithItsReason) {
  end_at(3s, "a", "FAILED", "CLUSTER_ERROR");
  end_at(60s, "a", "FAILED");
  const auto result = ran(process.context, with_policy(chain("g", {"a"}), kTwiceOnCluster));
  const json::array& decisions = result.value().at("decisions").as_array();
  ASSERT_EQ(decisions.size(), 2u);
  EXPECT_TRUE(decisions[0].at("repair").as_bool());
  EXPECT_EQ(text(decisions[0].as_object(), "reason"), "repair 1 of 2: a (cluster)");
  EXPECT_FALSE(decisions[1].at("repair").as_bool());
  EXPECT_EQ(text(decisions[1].as_object(), "reason"), "a repair would fail again: a (user_code)");
  EXPECT_EQ(told.back().at("decisions"), decisions);
}

TEST_F(RunGroup, RepairsEndWithTheirDeadline) {
  end_at(3s, "a", "FAILED", "CLUSTER_ERROR");
  json::object policy = kTwiceOnCluster;
  policy["repair"].as_object()["wait_ms"] = 60'000;
  policy["repair"].as_object()["deadline_ms"] = 30'000;
  workspace.now_ms = process.loop.unix_ms();
  const auto result = ran(process.context, with_policy(chain("g", {"a"}), policy));
  EXPECT_EQ(repairs(), 0u);
  EXPECT_FALSE(result.value().at("decisions").as_array()[0].at("repair").as_bool());
}

TEST_F(RunGroup, RepairsEndWithTheirBudget) {
  end_at(3s, "a", "FAILED", "CLUSTER_ERROR");
  end_at(60s, "a", "FAILED", "CLUSTER_ERROR");
  json::object policy = kTwiceOnCluster;
  policy["repair"].as_object()["budget_ms"] = 1'500;  // an attempt takes 1,000
  const auto result = ran(process.context, with_policy(chain("g", {"a"}), policy));
  EXPECT_EQ(repairs(), 1u);
  EXPECT_EQ(text(result.value().at("decisions").as_array()[1].as_object(), "reason"),
            "failed attempts took 2 s, the budget is 1 s");
}

TEST_F(RunGroup, DoesNotRepairWhatAUserCanceled) {
  end_at(3s, "a", "CANCELED", "USER_CANCELED");
  json::object request = with_policy(chain("g", {"a"}), {});
  request["repair"] = json::object{{"max_attempts", 3}, {"on", json::array{"any"}}};
  const auto result = ran(process.context, std::move(request));
  EXPECT_EQ(text(result.value().at("state").as_object(), "verdict"), "canceled");
  EXPECT_EQ(repairs(), 0u);
}

TEST_F(RunGroup, AnAbandonedRunIsLeftUnlessThePolicySaysCancel) {
  for (const char* wish : {"leave", "cancel"}) {
    workspace.runs.clear();
    Context context(process.loop, Instant::max());
    process.loop.later(12s, [&] { context.cancel(); });
    const auto result = ran(context, with_policy(chain("g", {"a"}), {{"on_abandon", wish}}));
    EXPECT_EQ(result.status().code(), Code::kCancelled);
    EXPECT_EQ(workspace.count("/runs/cancel"), wish == std::string("cancel") ? 1 : 0);
  }
}

TEST_F(RunGroup, InsteadOfARunStopsItFirst) {
  const auto old = process.loop.run(
      launch(process.context, process.client, process.memory, {{"group", chain("g", {"a"})}, {"launch_key", "1"}}));
  const std::int64_t first = old.value().at("run_id").as_int64();
  bool stopped = false;
  workspace.before = [&](const std::string& path) {
    if (path.ends_with("/run-now")) stopped = !workspace.active(first);
  };
  process.loop.later(30s, [this] { workspace.end_all(workspace.runs.rbegin()->first, "SUCCESS"); });
  const auto result = ran(process.context, {{"group", chain("g", {"a"})}, {"launch_key", "2"}, {"instead_of", first}});
  ASSERT_TRUE(result.ok()) << result.status()->message;
  EXPECT_TRUE(stopped);
  EXPECT_EQ(text(result.value().at("state").as_object(), "verdict"), "succeeded");
  process.loop.later(30s, [this] { workspace.end_all(workspace.runs.rbegin()->first, "SUCCESS"); });
  EXPECT_TRUE(ran(process.context, {{"group", chain("g", {"a"})}, {"launch_key", "3"}, {"instead_of", 5}}).ok())
      << "a run that is gone has stopped";
}

TEST_F(RunGroup, InsteadOfARunStopsNothingForALaunchThatCannotBe) {
  const auto old = process.loop.run(
      launch(process.context, process.client, process.memory, {{"group", chain("g", {"a"})}, {"launch_key", "1"}}));
  const std::int64_t first = old.value().at("run_id").as_int64();
  const int before = workspace.count();
  const auto refused = [&](json::object request) {
    request["instead_of"] = first;
    EXPECT_EQ(ran(process.context, request).status().code(), Code::kInvalidArgument) << json::serialize(request);
    EXPECT_TRUE(workspace.active(first));
    EXPECT_EQ(workspace.count(), before) << "nothing is sent";
  };
  refused({{"group", json::object{{"name", "g"}}}, {"launch_key", "2"}});
  refused({{"group", chain("g", {"a"})}, {"launch_key", std::string(10'000, 'k')}});
  refused({{"group", chain("g", {"a"})}, {"launch_key", "2"}, {"insight", "yes"}});
}

TEST_F(RunGroup, ARepairPolicyWithWhatCannotBeIsRefusedWithEveryFinding) {
  const auto result = ran(process.context, {{"group", chain("g", {"a"})},
                                            {"repair", json::object{{"max_attempts", -1},
                                                                    {"wait_ms", -5},
                                                                    {"budget_ms", "x"},
                                                                    {"on", json::array{"any", "sun"}},
                                                                    {"drift", "perhaps"}}}});
  EXPECT_EQ(result.status().code(), Code::kInvalidArgument);
  std::vector<std::string> places;
  for (const Finding& finding : result.status()->findings) places.push_back(finding.pointer);
  EXPECT_EQ(places, (std::vector<std::string>{"/repair/max_attempts", "/repair/wait_ms", "/repair/budget_ms",
                                              "/repair/on/1", "/repair/drift"}));
  EXPECT_EQ(workspace.count(), 0);
}

TEST_F(RunGroup, CancelOfOneTaskWaitsForItAlone) {
  const auto started =
      process.loop.run(launch(process.context, process.client, process.memory, {{"group", many("g", 2)}}));
  const json::object handle = started.value().at("handle").as_object();
  const auto result = process.loop.run(cancel(process.context, process.client, process.memory,
                                              {{"handle", handle}, {"tasks", json::array{"t1"}}, {"wait", true}}, {}));
  const json::object& state = result.value().at("state").as_object();
  EXPECT_EQ(text(state.at("tasks").as_array()[1].as_object(), "verdict"), "canceled");
  EXPECT_EQ(text(state, "verdict"), "running");
}

TEST_F(RunGroup, CancelWithoutWaitingIsOneRequest) {
  const auto started =
      process.loop.run(launch(process.context, process.client, process.memory, {{"group", many("g", 2)}}));
  workspace.log.clear();
  const auto result = process.loop.run(
      cancel(process.context, process.client, process.memory, {{"run_id", started.value().at("run_id_str")}}, {}));
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(workspace.count(), 1);
}

TEST_F(RunGroup, AttachesByEveryReferenceWithoutStartingAnything) {
  const auto started = process.loop.run(
      launch(process.context, process.client, process.memory, {{"group", chain("g", {"a"})}, {"launch_key", "k"}}));
  const std::int64_t run = started.value().at("run_id").as_int64();
  const std::string page = "https://fake.example/?o=0#job/1/run/" + std::to_string(run);
  const std::string newer = "https://FAKE.example/jobs/1/runs/" + std::to_string(run) + "?o=0";
  for (const json::object& request :
       {json::object{{"run_id", run}}, json::object{{"url", page}}, json::object{{"url", newer}},
        json::object{{"launch_key", "k"}, {"job_name", "g"}},
        json::object{{"launch_key", "k"}, {"group", chain("g", {"a"})}}}) {
    const auto result = process.loop.run(attach(process.context, process.client, process.memory, request));
    ASSERT_TRUE(result.ok()) << json::serialize(request) << result.status()->message;
    EXPECT_EQ(result.value().at("handle").as_object().at("run_id").as_int64(), run);
  }
  EXPECT_EQ(workspace.runs.size(), 1u);
}

TEST_F(RunGroup, NotebookIsSubmittedOnceAndItsOutputFetched) {
  workspace.disturb("/runs/submit", Edge::kAnswerLost);
  process.loop.later(8s, [&] {
    const auto& [run, saved] = *workspace.runs.begin();
    workspace.outputs[saved.tasks[0].at("run_id").as_int64()] =
        json::object{{"notebook_output", json::object{{"result", "done"}}}};
    workspace.end_task(run, "notebook", "SUCCESS");
  });
  const auto result = process.loop.run(
      run_notebook(process.context, process.client, process.memory,
                   {{"notebook_path", "/Shared/n"}, {"parameters", json::object{{"year", 2017}}}}, {}));
  ASSERT_TRUE(result.ok()) << result.status()->message;
  EXPECT_EQ(workspace.runs.size(), 1u);
  EXPECT_EQ(text(result.value().at("output").as_object(), "result"), "done");
  EXPECT_EQ(text(result.value().at("state").as_object(), "verdict"), "succeeded");
}

}  // namespace
}  // namespace brickwork::runs
