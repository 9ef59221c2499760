#include "runs/insight/insight.h"

#include <gtest/gtest.h>

#include "runs/insight/critical_path.h"
#include "unit/runs/fake_workspace.h"

namespace brickwork::runs {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kHour = 3'600'000;

Object entry(const char* key, std::vector<const char*> after, std::int64_t start, std::int64_t end,
             const char* result = "SUCCESS") {
  static std::int64_t id = 100;
  Object task{{"task_key", key}, {"run_id", ++id}, {"start_time", start}, {"end_time", end}};
  task["state"] = Object{{"life_cycle_state", "TERMINATED"}, {"result_state", result}};
  json::array upstream;
  for (const char* name : after) upstream.push_back(Object{{"task_key", name}});
  if (!upstream.empty()) task["depends_on"] = std::move(upstream);
  return task;
}

Object run_of(json::array tasks, std::int64_t start, std::int64_t end) {
  return Object{{"run_id", 1},
                {"start_time", start},
                {"end_time", end},
                {"state", Object{{"life_cycle_state", "TERMINATED"}, {"result_state", "SUCCESS"}}},
                {"tasks", std::move(tasks)}};
}

Handle handle_of(std::vector<std::string> keys) {
  Handle handle;
  for (const std::string& key : keys) handle.tasks.push_back({.path = "g/" + key, .task_key = key});
  return handle;
}

const Object& task_in(const Object& insight, std::size_t i) { return insight.at("tasks").as_array()[i].as_object(); }

TEST(CriticalPath, IsTheLongestChainAndTellsWhatElseHadTimeToSpare) {
  //        a 10 ── c 30 ── e 5
  //        b 25 ──/        f 40 (alone)
  const CriticalPath path = critical_path({{10, {}}, {25, {}}, {30, {0, 1}}, {5, {2}}, {40, {}}});
  EXPECT_EQ(path.ms, 60);
  EXPECT_EQ(path.steps, (std::vector<std::size_t>{1, 2, 3}));
  EXPECT_EQ(path.slack_ms, (std::vector<std::int64_t>{15, 0, 0, 0, 20}));
}

TEST(CriticalPath, LeavesOutWhatTookNoTime) {
  const CriticalPath path = critical_path({{0, {}}, {10, {0}}, {0, {1}}, {10, {2}}});
  EXPECT_EQ(path.steps, (std::vector<std::size_t>{1, 3}));
  EXPECT_EQ(critical_path({{0, {}}, {0, {0}}}).steps, std::vector<std::size_t>());
  EXPECT_EQ(critical_path({}).ms, 0);
}

TEST(CriticalPath, OfACycleOrAnUnknownStepEnds) {
  const CriticalPath path = critical_path({{10, {1}}, {20, {0}}, {5, {99}}});
  EXPECT_EQ(path.ms, 20);
  EXPECT_EQ(path.slack_ms.size(), 3u);
}

// Against the definition: every chain of every graph of five steps, one by one.
TEST(CriticalPath, IsThatOfTheDefinitionForEveryGraphOfFive) {
  for (unsigned edges = 0; edges < (1U << 10U); ++edges) {
    std::vector<Step> steps(5);
    unsigned bit = 0;
    for (std::size_t i = 0; i < 5; ++i) {
      steps[i].ms = std::int64_t{1} << i;
      for (std::size_t j = 0; j < i; ++j)
        if ((edges >> bit++) & 1U) steps[i].after.push_back(j);
    }
    std::vector<std::int64_t> longest_through(5);
    std::int64_t longest = 0;
    for (unsigned chosen = 1; chosen < 32; ++chosen) {
      std::int64_t ms = 0;
      bool chain = true;
      int before = -1;
      for (int i = 0; i < 5; ++i) {
        if (!((chosen >> i) & 1U)) continue;
        const auto& after = steps[i].after;
        chain = chain && (before < 0 || std::find(after.begin(), after.end(), before) != after.end());
        ms += steps[i].ms;
        before = i;
      }
      if (!chain) continue;
      longest = std::max(longest, ms);
      for (int i = 0; i < 5; ++i)
        if ((chosen >> i) & 1U) longest_through[i] = std::max(longest_through[i], ms);
    }
    const CriticalPath path = critical_path(steps);
    ASSERT_EQ(path.ms, longest) << edges;
    for (std::size_t i = 0; i < 5; ++i) ASSERT_EQ(path.slack_ms[i], longest - longest_through[i]) << edges << " " << i;
    std::int64_t sum = 0;
    for (const std::size_t i : path.steps) sum += steps[i].ms;
    ASSERT_EQ(sum, longest) << edges;
  }
}

TEST(Insight, AddsUpAttemptsAndTellsWhatFailuresCost) {
  Object failed = entry("a", {}, 1'000, 4'000, "FAILED");
  failed["setup_duration"] = 2'000;
  failed["execution_duration"] = 1'000;
  Object again = entry("a", {}, 5'000, 9'000);
  again["setup_duration"] = 1'000;
  again["execution_duration"] = 2'500;
  again["cleanup_duration"] = 500;
  again["queue_duration"] = 200;
  again["attempt_number"] = 1;
  const Object run = run_of({failed, again, entry("b", {"a"}, 9'000, 10'000)}, 1'000, 10'500);
  const Object insight = insight_of(handle_of({"a", "b"}), run, {}, 99'999);

  const Object& a = task_in(insight, 0);
  EXPECT_EQ(text(a, "path"), "g/a");
  EXPECT_EQ(number_or_zero(a, "attempts"), 2);
  EXPECT_EQ(number_or_zero(a, "retries"), 1);
  EXPECT_EQ(number_or_zero(a, "queue_ms"), 200);
  EXPECT_EQ(number_or_zero(a, "setup_ms"), 3'000);
  EXPECT_EQ(number_or_zero(a, "execution_ms"), 3'500);
  EXPECT_EQ(number_or_zero(a, "cleanup_ms"), 500);
  EXPECT_EQ(number_or_zero(a, "lost_ms"), 3'000);
  EXPECT_EQ(number_or_zero(a, "elapsed_ms"), 3'000 + 4'200);

  const Object& whole = insight.at("run").as_object();
  EXPECT_EQ(number_or_zero(whole, "elapsed_ms"), 9'500);
  EXPECT_EQ(number_or_zero(whole, "active_ms"), 8'000);  // 1-4, 5-9, 9-10
  EXPECT_EQ(number_or_zero(whole, "task_ms"), 8'200);
  EXPECT_EQ(number_or_zero(whole, "retries"), 1);
  EXPECT_EQ(number_or_zero(whole, "lost_ms"), 3'000);
  const Object& critical = insight.at("critical_path").as_object();
  EXPECT_EQ(critical.at("tasks"), (json::array{"g/a", "g/b"}));
  EXPECT_EQ(number_or_zero(critical, "ms"), 8'200);
  EXPECT_DOUBLE_EQ(critical.at("setup_share").as_double(), 3'000.0 / 8'200);
  EXPECT_FALSE(insight.contains("dbu"));
}

TEST(Insight, CountsNothingForWhatWasSkippedOrWaitsAndTheTimeSoFarForWhatRuns) {
  Object running = entry("a", {}, 1'000, 0);
  running["state"] = Object{{"life_cycle_state", "RUNNING"}};
  Object blocked = entry("b", {"a"}, 1'000, 0);
  blocked["state"] = Object{{"life_cycle_state", "BLOCKED"}};
  Object run = run_of({running, blocked, entry("c", {}, 2'000, 2'000, "EXCLUDED")}, 1'000, 0);
  run["state"] = Object{{"life_cycle_state", "RUNNING"}};
  const Object insight = insight_of(handle_of({"a", "b", "c", "never-listed"}), run, {}, 6'000);
  EXPECT_EQ(number_or_zero(task_in(insight, 0), "elapsed_ms"), 5'000);
  for (const std::size_t i : {1, 2, 3}) {
    EXPECT_EQ(number_or_zero(task_in(insight, i), "elapsed_ms"), 0);
    EXPECT_EQ(number_or_zero(task_in(insight, i), "attempts"), 0);
  }
  EXPECT_EQ(number_or_zero(insight.at("run").as_object(), "elapsed_ms"), 5'000);
}

struct Priced : testing::Test {
  Priced() {
    for (json::value& task : tasks) {
      task.as_object()["job_cluster_key"] = "main";
      task.as_object()["cluster_instance"] = Object{{"cluster_id", "0001"}};
      task.as_object()["setup_duration"] = 0;
    }
    tasks[0].as_object()["setup_duration"] = kHour / 10;
    run = run_of(tasks, 1'000, 1'000 + 2 * kHour);
    settings = Object{{"node_type_id", "w"}, {"driver_node_type_id", "d"}, {"num_workers", 3}};
  }
  Object insight() {
    run["job_clusters"] = json::array{Object{{"job_cluster_key", "main"}, {"new_cluster", settings}}};
    return insight_of(handle_of({"a", "b"}), run, rates_of(rates, "/insight").value(), 0);
  }
  const Object& first_cluster(const Object& found) { return found.at("clusters").as_array().at(0).as_object(); }

  // a in the first half hour, b in the last: the cluster is up for both and the hour between.
  json::array tasks{entry("a", {}, 1'000, 1'000 + kHour / 2), entry("b", {}, 1'000 + 3 * kHour / 2, 1'000 + 2 * kHour)};
  Object run;
  Object settings;
  Object rates{{"node_types", Object{{"w", Object{{"dbu_per_hour", 2.0}, {"photon_dbu_per_hour", 5.0}}},
                                     {"d", Object{{"dbu_per_hour", 1}}}}},
               {"price_per_dbu", 0.5}};
};

TEST_F(Priced, IsHoursUpTimesTheRatesOfAllNodes) {
  const Object found = insight();
  EXPECT_EQ(number_or_zero(first_cluster(found), "up_ms"), 2 * kHour - kHour / 10);
  EXPECT_EQ(first_cluster(found).at("tasks"), (json::array{"g/a", "g/b"}));
  const Object& dbu = found.at("dbu").as_object();
  EXPECT_DOUBLE_EQ(dbu.at("low").as_double(), 1.9 * (1 + 3 * 2));
  EXPECT_EQ(dbu.at("low"), dbu.at("high"));
  EXPECT_DOUBLE_EQ(dbu.at("cost_high").as_double(), 1.9 * 7 / 2);
  EXPECT_TRUE(dbu.at("unpriced").as_array().empty());
}

TEST_F(Priced, OfAnAutoscaledClusterIsARange) {
  settings.erase("num_workers");
  settings["autoscale"] = Object{{"min_workers", 1}, {"max_workers", 8}};
  const Object found = insight();
  EXPECT_DOUBLE_EQ(found.at("dbu").at("low").as_double(), 1.9 * (1 + 1 * 2));
  EXPECT_DOUBLE_EQ(found.at("dbu").at("high").as_double(), 1.9 * (1 + 8 * 2));
}

TEST_F(Priced, SaysWhatCouldNotBePriced) {
  settings["runtime_engine"] = "PHOTON";
  Object found = insight();
  EXPECT_EQ(text(first_cluster(found), "unpriced"), "no photon_dbu_per_hour of d");
  EXPECT_EQ(found.at("dbu").at("unpriced"), (json::array{"main"}));
  settings = Object{{"num_workers", 1}};
  EXPECT_EQ(text(first_cluster(insight()), "unpriced"), "the cluster names no node type");
  run["tasks"].as_array()[0].as_object().erase("job_cluster_key");
  run["tasks"].as_array()[0].as_object()["existing_cluster_id"] = "0001";
  EXPECT_EQ(text(first_cluster(insight()), "unpriced"), "others use the cluster, too");
}

TEST_F(Priced, CountsTheClusterOfARepairByItself) {
  run["tasks"].as_array()[1].as_object()["cluster_instance"] = Object{{"cluster_id", "0002"}};
  const Object found = insight();
  ASSERT_EQ(found.at("clusters").as_array().size(), 2u);
  EXPECT_DOUBLE_EQ(found.at("dbu").at("low").as_double(), (0.4 + 0.5) * 7);
}

TEST(Rates, ThatAreWrongAreRefusedWithTheirPlace) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"price_per_dbu": -1})", "/insight/price_per_dbu"},
      {R"({"price_per_dbu": "1"})", "/insight/price_per_dbu"},
      {R"({"node_types": []})", "/insight/node_types"},
      {R"({"node_types": {"a/b": 1}})", "/insight/node_types/a~1b"},
      {R"({"node_types": {"a": {"dbu_per_hour": -0.5}}})", "/insight/node_types/a/dbu_per_hour"},
      {R"({"node_types": {"a": {"photon_dbu_per_hour": true}}})", "/insight/node_types/a/photon_dbu_per_hour"},
      {R"("yes")", "/insight"},
  };
  for (const auto& [document, pointer] : cases) {
    const auto wish = insight_wish(Object{{"insight", json::parse(document)}});
    ASSERT_FALSE(wish.ok()) << document;
    EXPECT_EQ(wish.status().code(), Code::kInvalidArgument);
    EXPECT_EQ(wish.status()->pointer, pointer);
  }
}

struct InsightOfARun : testing::Test {
  InsightOfARun() {
    const Result<json::object> launched =
        process.loop.run(launch(process.context, process.client, process.memory, {{"group", chain("g", {"a", "b"})}}));
    run = launched.value().at("run_id").as_int64();
    handle = launched.value().at("handle").as_object();
  }
  FakeWorkspace workspace;
  Process process{workspace};
  std::int64_t run = 0;
  json::object handle;
};

TEST_F(InsightOfARun, IsThereWhenAskedForAndCostsNoRequest) {
  workspace.end_all(run, "SUCCESS");
  workspace.log.clear();
  for (const bool wanted : {false, true}) {
    const Result<json::object> state = process.loop.run(
        get(process.context, process.client, process.memory, {{"handle", handle}, {"insight", wanted}}));
    EXPECT_EQ(state.value().contains("insight"), wanted);
  }
  EXPECT_EQ(workspace.count(), 2);
}

TEST_F(InsightOfARun, StandsInTheLastStateOfAWatchOnly) {
  process.loop.later(7s, [&] { workspace.end_task(run, "a", "SUCCESS"); });
  process.loop.later(12s, [&] { workspace.end_task(run, "b", "SUCCESS"); });
  std::vector<json::object> told;
  const Result<json::object> state =
      process.loop.run(watch(process.context, process.client, process.memory, {{"handle", handle}, {"insight", true}},
                             host_reads([&](json::object progress) { told.push_back(std::move(progress)); })));
  ASSERT_TRUE(state.value().contains("insight"));
  EXPECT_EQ(state.value().at("insight").at("tasks").as_array().size(), 2u);
  ASSERT_FALSE(told.empty());
  for (const json::object& progress : told) EXPECT_FALSE(progress.contains("insight"));
}

TEST_F(InsightOfARun, WithAWrongRateIsRefusedBeforeAnythingIsAsked) {
  workspace.log.clear();
  const json::object wrong{{"handle", handle}, {"insight", json::object{{"price_per_dbu", -1}}}};
  EXPECT_EQ(process.loop.run(get(process.context, process.client, process.memory, wrong)).status()->pointer,
            "/insight/price_per_dbu");
  EXPECT_EQ(process.loop.run(watch(process.context, process.client, process.memory, wrong, {})).status()->pointer,
            "/insight/price_per_dbu");
  EXPECT_EQ(workspace.count(), 0);
}

}  // namespace
}  // namespace brickwork::runs
