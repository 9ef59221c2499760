#include <gtest/gtest.h>

#include "runs/state/state.h"
#include "runs/watch/crowd.h"
#include "unit/runs/fake_workspace.h"

namespace brickwork::runs {
namespace {

using namespace std::chrono_literals;

// What a watch makes of a workspace that fails, forgets, or speaks words nobody knows.
struct Troubled : testing::Test {
  std::int64_t start(json::object group = many("g", 1)) {
    workspace.now_ms = process.loop.unix_ms();
    const auto launched =
        process.loop.run(launch(process.context, process.client, process.memory, {{"group", std::move(group)}}));
    workspace.log.clear();
    return launched.value().at("run_id").as_int64();
  }
  Task<Result<json::object>> watching(std::int64_t run) {
    return watch(process.context, process.client, process.memory, {{"run_id", run}},
                 host_reads([this](json::object state) { told.push_back(std::move(state)); }));
  }
  json::object watched(std::int64_t run) {
    const Result<json::object> state = process.loop.run(watching(run));
    EXPECT_TRUE(state.ok()) << (state.ok() ? "" : state.status()->message);
    return state.ok() ? state.value() : json::object();
  }

  FakeWorkspace workspace;
  Process process{workspace};
  std::vector<json::object> told;
};

TEST_F(Troubled, AWorkspaceThatIsDownForAnHourLosesNobody) {
  std::vector<std::int64_t> runs;
  for (int i = 0; i < 60; ++i) runs.push_back(start());
  process.loop.later(3min, [&] { workspace.down = true; });
  process.loop.later(30min, [&] {  // while nobody can see it
    workspace.now_ms = process.loop.unix_ms();
    for (int i = 0; i < 30; ++i) workspace.end_all(runs[i], i % 2 == 0 ? "SUCCESS" : "FAILED");
  });
  process.loop.later(63min, [&] { workspace.down = false; });
  process.loop.later(2h, [&] {
    workspace.now_ms = process.loop.unix_ms();
    for (int i = 30; i < 60; ++i) workspace.end_all(runs[i], "SUCCESS");
  });
  std::vector<Task<Result<json::object>>> watches;
  for (const std::int64_t run : runs) watches.push_back(watching(run));
  const auto states = process.loop.run(all(process.context, std::move(watches)));
  for (int i = 0; i < 60; ++i) {
    EXPECT_EQ(text(states[i].value(), "verdict"), i < 30 && i % 2 == 1 ? "failed" : "succeeded") << i;
    EXPECT_FALSE(states[i].value().contains("stale_since_ms")) << i;
  }
  int stale = 0;
  for (const json::object& state : told) {
    if (!state.contains("stale_since_ms")) continue;
    ++stale;
    EXPECT_EQ(text(state, "verdict"), "running");
  }
  EXPECT_EQ(stale, 60);  // each is told once
}

TEST_F(Troubled, AnOutageIsAskedAboutRarely) {
  const std::int64_t run = start();
  process.loop.later(1s, [&] { workspace.down = true; });
  process.loop.later(1h, [&] { workspace.down = false; });
  process.loop.later(61min, [&] { workspace.end_all(run, "SUCCESS"); });
  watched(run);
  EXPECT_LE(process.loop.requests.size(), 2 + 3'600 / 20 + 20u);  // four times the interval
}

TEST_F(Troubled, WordsThatNobodyKnowsAreKeptAndEndNothing) {
  const std::int64_t run = start();
  json::object& task = workspace.runs[run].tasks[0];
  task["state"] = json::object{{"life_cycle_state", "HIBERNATING"}};
  task["status"] = json::object{{"state", "HIBERNATING"}};
  process.loop.later(12s, [&] { workspace.end_all(run, "SUCCESS"); });
  EXPECT_EQ(text(watched(run), "verdict"), "succeeded");
  const json::object& first = told.front();
  const json::object& shown = first.at("tasks").as_array()[0].as_object();
  EXPECT_EQ(text(shown, "life_cycle_state"), "HIBERNATING");
  EXPECT_EQ(text(shown, "verdict"), "pending");
  const json::array& warnings = first.at("warnings").as_array();
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_EQ(text(warnings[0].as_object(), "rule"), "unknown_state");
  EXPECT_EQ(text(warnings[0].as_object(), "path"), "t0");
  EXPECT_NE(text(warnings[0].as_object(), "message").find("HIBERNATING"), std::string_view::npos);
  EXPECT_FALSE(told.back().contains("warnings"));
}

TEST(UnknownStates, OfARunAreWarnedAbout) {
  const Handle handle{.run_id = 1};
  json::object run{{"run_id", 1}, {"state", json::object{{"life_cycle_state", "PAUSED"}}}};
  json::object state = state_of(handle, run);
  EXPECT_EQ(text(state, "verdict"), "running");
  EXPECT_EQ(text(state.at("run").as_object(), "life_cycle_state"), "PAUSED");
  EXPECT_EQ(state.at("warnings").as_array().size(), 1u);

  // Databricks says that it is over; by what word does not change that.
  run["state"] = json::object{{"life_cycle_state", "TERMINATED"}, {"result_state", "ABSOLVED"}};
  state = state_of(handle, run);
  EXPECT_EQ(text(state, "verdict"), "failed");
  EXPECT_EQ(text(state.at("run").as_object(), "result_state"), "ABSOLVED");
  EXPECT_EQ(state.at("warnings").as_array().size(), 1u);
}

TEST(UnknownStates, KnownOnesAreNot) {
  for (const char* life_cycle : {"QUEUED", "PENDING", "RUNNING", "TERMINATING", "BLOCKED", "WAITING_FOR_RETRY"}) {
    const json::object run{{"run_id", 1}, {"state", json::object{{"life_cycle_state", life_cycle}}}};
    const json::object state = state_of(Handle{.run_id = 1}, run);
    EXPECT_EQ(text(state, "verdict"), "running") << life_cycle;
    EXPECT_FALSE(state.contains("warnings")) << life_cycle;
  }
  for (const char* result : {"SUCCESS", "FAILED", "TIMEDOUT", "CANCELED", "MAXIMUM_CONCURRENT_RUNS_REACHED", "EXCLUDED",
                             "SUCCESS_WITH_FAILURES", "UPSTREAM_FAILED", "UPSTREAM_CANCELED", "DISABLED"})
    for (const char* life_cycle : {"TERMINATED", "SKIPPED", "INTERNAL_ERROR"}) {
      const json::object run{{"run_id", 1},
                             {"state", json::object{{"life_cycle_state", life_cycle}, {"result_state", result}}}};
      const json::object state = state_of(Handle{.run_id = 1}, run);
      EXPECT_NE(text(state, "verdict"), "running") << result;
      EXPECT_FALSE(state.contains("warnings")) << result;
    }
}

TEST_F(Troubled, ThousandsOfRunsThatDoNotExistCostOneLookEach) {
  constexpr int kRuns = 3'000;
  std::vector<Task<Result<json::object>>> watches;
  for (int i = 0; i < kRuns; ++i) watches.push_back(watching(i + 1));
  const Instant began = process.loop.now();
  for (const auto& state : process.loop.run(all(process.context, std::move(watches))))
    EXPECT_EQ(state.status().code(), Code::kNotFound);
  EXPECT_LE(workspace.count(), kRuns + 10);
  EXPECT_LE(process.loop.now() - began, 35s);  // what 100 requests a second allow
  EXPECT_TRUE(process.memory.watching->sweeps.empty());
}

TEST_F(Troubled, ARepairBySomebodyElseIsFollowed) {
  const std::int64_t run = start(chain("g", {"a", "b"}));
  Process other{workspace};
  process.loop.later(6s, [&] { workspace.end_task(run, "a", "SUCCESS"); });
  process.loop.later(12s, [&] {
    workspace.end_task(run, "b", "FAILED");
    ASSERT_TRUE(other.loop.run(repair(other.context, other.client, other.memory, {{"run_id", run}})).ok());
  });
  process.loop.later(40s, [&] { workspace.end_task(run, "b", "SUCCESS"); });
  const json::object state = watched(run);
  EXPECT_EQ(text(state, "verdict"), "succeeded");
  EXPECT_EQ(state.at("repairs").as_array().size(), 1u);
  const bool repairing = std::any_of(told.begin(), told.end(), [](const json::object& seen) {
    return seen.at("tasks").as_array()[1].as_object().at("repairing").as_bool();
  });
  EXPECT_TRUE(repairing);
}

}  // namespace
}  // namespace brickwork::runs
