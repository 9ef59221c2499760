#include "runs/watch/crowd.h"

#include <gtest/gtest.h>

#include "unit/runs/fake_workspace.h"

namespace brickwork::runs {
namespace {

using namespace std::chrono_literals;

// Many runs of one job, each watched by an operation of its own.
struct ManyRuns : testing::Test {
  void start(int count, json::object group = many("g", 1)) {
    for (int i = 0; i < count; ++i) {
      const Result<json::object> launched =
          process.loop.run(launch(process.context, process.client, process.memory, {{"group", group}}));
      ids.push_back(launched.value().at("run_id").as_int64());
    }
    workspace.log.clear();
  }

  std::vector<Task<Result<json::object>>> watches(Progress progress = {}) {
    std::vector<Task<Result<json::object>>> list;
    for (const std::int64_t id : ids)
      list.push_back(
          watch(process.context, process.client, process.memory, {{"run_id", id}, {"poll_ms", 5'000}}, progress));
    return list;
  }

  void expect_all(std::string_view verdict) {
    for (const Result<json::object>& state : process.loop.run(all(process.context, watches())))
      EXPECT_EQ(text(state.value(), "verdict"), verdict);
  }

  // The i-th run ends a moment after the one before it.
  void end_each(milliseconds first, milliseconds apart, const std::string& result = "SUCCESS") {
    for (std::size_t i = 0; i < ids.size(); ++i)
      process.loop.later(first + apart * static_cast<int>(i), [this, i, result] {
        workspace.now_ms = std::max(workspace.now_ms + 1, process.loop.unix_ms());
        workspace.end_all(ids[i], result);
      });
  }

  FakeWorkspace workspace;
  Process process{workspace};
  std::vector<std::int64_t> ids;
};

TEST_F(ManyRuns, AFewAreLookedAtOneByOne) {
  start(static_cast<int>(kFewRuns));
  end_each(12s, 0ms);
  expect_all("succeeded");
  EXPECT_EQ(workspace.count("/runs/list"), 0);
  EXPECT_EQ(workspace.count("/runs/get"), 4 * 8);  // at 0, 5, 10 and 15 s
}

TEST_F(ManyRuns, AThousandCostOneRequestASweepAndOneForEach24ThatEnded) {
  start(1'000);
  end_each(1s, 59ms);  // within a minute
  expect_all("succeeded");
  // 8 that came first were looked at; 42 pages of active runs gave the others their first state; 26 sweeps, each with
  // a look at a run that goes on; the last 8 were looked at again; the pages of a thousand ends, and of those
  // of 2 s before each sweep once more.
  EXPECT_LE(workspace.count("/runs/get"), 8 + 26 + 2 * 8);
  EXPECT_LE(workspace.count("/runs/list"), 1 + 42 + 26 + 1'000 / 24 + 26 * 34 / 24);
}

TEST_F(ManyRuns, NothingIsAskedTwiceWhileNothingHappens) {
  start(1'000);
  end_each(10min, 0ms);
  expect_all("succeeded");
  const int sweeps = 260;
  EXPECT_LE(workspace.count(), 8 + 43 + 2 * sweeps + 2 * 42);
}

TEST_F(ManyRuns, EachEndIsNoticedInTheNextSweep) {
  start(100);
  end_each(1s, 700ms);
  std::map<std::int64_t, Instant> noticed;
  const Instant began = process.loop.now();
  const auto states =
      process.loop.run(all(process.context, watches([&](json::object state) {
                             if (text(state, "verdict") == "running") return;
                             noticed.emplace(number_or_zero(state.at("run").as_object(), "run_id"), process.loop.now());
                           })));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto lag = noticed.at(ids[i]) - (began + 1s + 700ms * static_cast<int>(i));
    EXPECT_LT(lag, i + kFewRuns < ids.size() ? 2'500ms : 5'400ms) << i;  // the last few are looked at one by one
  }
}

TEST_F(ManyRuns, AFailedPollEndsNothingAndIsSaidAsStale) {
  start(50);
  process.loop.later(7s, [&] { workspace.down = true; });
  process.loop.later(1h, [&] { workspace.down = false; });
  end_each(2h, 10ms);
  int stale = 0, fresh_again = 0;
  const auto states = process.loop.run(all(process.context, watches([&](json::object state) {
                                             if (state.contains("stale_since_ms")) ++stale;
                                             if (stale >= 50 && !state.contains("stale_since_ms") &&
                                                 text(state, "verdict") == "running")
                                               ++fresh_again;
                                           })));
  for (const Result<json::object>& state : states) EXPECT_EQ(text(state.value(), "verdict"), "succeeded");
  EXPECT_EQ(stale, 50);
  EXPECT_GE(fresh_again, 50);
}

TEST_F(ManyRuns, AnEndBeforeAFailingPollIsNotLost) {
  start(50);
  end_each(4s, 200ms);
  for (int i = 0; i < 6; ++i)
    process.loop.later(milliseconds(4'900 + 2'000 * i), [&] { workspace.disturb("/runs/list", Edge::kAnswerLost); });
  expect_all("succeeded");
}

TEST_F(ManyRuns, RunsThatEndedBeforeAnybodyWatchedAreSeen) {
  start(60);
  for (const std::int64_t id : ids) workspace.end_all(id, "SUCCESS");
  expect_all("succeeded");
  EXPECT_LE(workspace.count(), 60 + 4);
}

TEST_F(ManyRuns, ARepairedRunIsShownWithItsHistory) {
  start(20, chain("g", {"a", "b"}));
  workspace.end_task(ids[3], "a", "FAILED");
  workspace.end_task(ids[3], "b", "UPSTREAM_FAILED");
  const auto repaired = process.loop.run(repair(process.context, process.client, process.memory, {{"run_id", ids[3]}}));
  ASSERT_TRUE(repaired.ok());
  end_each(9s, 0ms);
  const auto states = process.loop.run(all(process.context, watches()));
  EXPECT_EQ(text(states[3].value(), "verdict"), "succeeded");
  EXPECT_EQ(states[3].value().at("repairs").as_array().size(), 1u);
}

TEST_F(ManyRuns, WithMoreThanAHundredTasksAreReadWhole) {
  start(12, many("g", 130));
  end_each(9s, 0ms);
  for (const auto& state : process.loop.run(all(process.context, watches())))
    EXPECT_EQ(state.value().at("tasks").as_array().size(), 130u);
}

TEST_F(ManyRuns, AnotherOrderOfTheListFallsBackToTheActiveRuns) {
  workspace.lists_oldest_first = true;
  start(100);
  end_each(1s, 300ms);
  bool said = false;
  const auto states = process.loop.run(all(process.context, watches([&](json::object state) {
                                             const json::object& watched = state.at("watched").as_object();
                                             said = said || (text(watched, "by") == "runs/list active" &&
                                                             !text(watched, "reason").empty());
                                           })));
  for (const Result<json::object>& state : states) EXPECT_EQ(text(state.value(), "verdict"), "succeeded");
  EXPECT_TRUE(said);
}

TEST_F(ManyRuns, ARefusedListFallsBackToALookAtEach) {
  workspace.refuses_lists = true;
  start(40);
  end_each(21s, 0ms);
  expect_all("succeeded");
  EXPECT_LE(workspace.count("/runs/list"), 3);
}

TEST_F(ManyRuns, ARunThatVanishedIsNotFoundInTheEnd) {
  start(30);
  process.loop.later(8s, [&] { workspace.runs.erase(ids[11]); });
  for (std::size_t i = 0; i < ids.size(); ++i)
    if (i != 11) process.loop.later(10min, [&, i] { workspace.end_all(ids[i], "SUCCESS"); });
  const auto states = process.loop.run(all(process.context, watches()));
  EXPECT_EQ(states[11].status().code(), Code::kNotFound);
  EXPECT_EQ(text(states[12].value(), "verdict"), "succeeded");
}

TEST_F(ManyRuns, WhoeverIsCancelledLeavesTheSweepsToTheOthers) {
  start(40);
  Context impatient(process.loop, Instant::max());
  std::vector<Task<Result<json::object>>> list = watches();
  for (std::size_t i = 0; i < 20; ++i)
    list[i] = watch(impatient, process.client, process.memory, {{"run_id", ids[i]}}, {});
  process.loop.later(13s, [&] { impatient.cancel(); });
  end_each(31s, 0ms);
  const auto states = process.loop.run(all(process.context, std::move(list)));
  for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(states[i].status().code(), Code::kCancelled);
  for (std::size_t i = 20; i < 40; ++i) EXPECT_EQ(text(states[i].value(), "verdict"), "succeeded");
}

TEST_F(ManyRuns, TheLastFewAreLookedAtOneByOneAgain) {
  start(20);
  for (std::size_t i = 0; i < ids.size(); ++i)
    process.loop.later(i < 15 ? milliseconds(12s) : milliseconds(5min),
                       [&, i] { workspace.end_all(ids[i], "SUCCESS"); });
  expect_all("succeeded");
}

TEST_F(ManyRuns, ManyWatchersOfManyRunsCostNoMore) {
  start(50);
  end_each(22s, 0ms);
  std::vector<Task<Result<json::object>>> list = watches();
  for (int i = 0; i < 3; ++i)
    for (Task<Result<json::object>>& more : watches()) list.push_back(std::move(more));
  for (const Result<json::object>& state : process.loop.run(all(process.context, std::move(list))))
    EXPECT_EQ(text(state.value(), "verdict"), "succeeded");
  EXPECT_LE(workspace.count(), 8 + 4 + 10 * 2 + 8);
}

}  // namespace
}  // namespace brickwork::runs
