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

  std::vector<Task<Result<json::object>>> watches(Progress progress = {}, int poll_ms = 5'000) {
    std::vector<Task<Result<json::object>>> list;
    for (const std::int64_t id : ids)
      list.push_back(
          watch(process.context, process.client, process.memory, {{"run_id", id}, {"poll_ms", poll_ms}}, progress));
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

TEST_F(ManyRuns, AreSweptAsSeldomAsAllOfThemAsk) {
  start(20);
  end_each(5h, 0ms);
  process.loop.run(all(process.context, watches({}, 600'000)));
  EXPECT_GT(workspace.count(), 5 * 12);
  EXPECT_LT(workspace.count(), 5 * 60) << "two sweeps in ten minutes, and what a round asks";
}

// When each end is told, against when it happened.
struct Lags {
  Lags(ManyRuns& test, milliseconds first, milliseconds apart)
      : test(test), began(test.process.loop.now() + first), apart(apart) {
    test.end_each(first, apart);
  }
  void run() {
    const auto states =
        test.process.loop.run(all(test.process.context, test.watches(host_reads([&](json::object state) {
          if (text(state, "verdict") == "running") return;
          noticed.emplace(number_or_zero(state.at("run").as_object(), "run_id"), test.process.loop.now());
        }))));
    for (const Result<json::object>& state : states) EXPECT_EQ(text(state.value(), "verdict"), "succeeded");
  }
  Instant::duration of(std::size_t i) const { return noticed.at(test.ids[i]) - (began + apart * static_cast<int>(i)); }

  ManyRuns& test;
  const Instant began;
  const milliseconds apart;
  std::map<std::int64_t, Instant> noticed;
};

TEST_F(ManyRuns, AThousandCostOneRequestASweepAndOneForEach24ThatEnded) {
  start(1'000);
  end_each(1s, 59ms);  // within a minute
  expect_all("succeeded");
  // 42 pages of active runs gave all their first state; 26 sweeps, each with the pages of 40 ends; the last 2 were
  // looked at again, and a round or two when few were left.
  EXPECT_LE(workspace.count("/runs/get"), 2 * 2);
  EXPECT_LE(workspace.count("/runs/list"), 1 + 42 + 2 * 26 + 3);
}

TEST_F(ManyRuns, AThousandThatWereStartedHereNeedNoFirstLook) {
  workspace.tells_date = true;
  workspace.now_ms = process.loop.unix_ms();
  start(1'000);
  Lags lags(*this, 1s, 59ms);
  lags.run();
  for (std::size_t i = 0; i < ids.size(); ++i) EXPECT_LT(lags.of(i), i + kLastRuns < ids.size() ? 2'500ms : 5'400ms);
  EXPECT_LE(workspace.count("/runs/get"), 2 * 2);
  EXPECT_LE(workspace.count("/runs/list"), 2 * 26 + 3);
}

TEST_F(ManyRuns, WhatWasStartedHereAndEndedBeforeAnybodyWatchedIsSeen) {
  workspace.tells_date = true;
  workspace.now_ms = process.loop.unix_ms();
  start(100);
  for (std::size_t i = 0; i < ids.size(); i += 2) workspace.end_all(ids[i], "SUCCESS");
  Lags lags(*this, 20s, 0ms);
  lags.run();
  for (std::size_t i = 0; i < ids.size(); i += 2) EXPECT_LT(lags.of(i), -17s) << i;
}

TEST_F(ManyRuns, OfWhatWasStartedHereTheStateComesWithinAMinuteOrTwo) {
  workspace.tells_date = true;
  workspace.now_ms = process.loop.unix_ms();
  start(1'000);
  end_each(10min, 0ms);
  std::map<std::int64_t, Instant> shown;
  const Instant began = process.loop.now();
  const auto states =
      process.loop.run(all(process.context, watches(host_reads([&](json::object state) {
                             shown.emplace(number_or_zero(state.at("run").as_object(), "run_id"), process.loop.now());
                           }))));
  ASSERT_EQ(shown.size(), ids.size());
  for (const auto& [id, when] : shown) EXPECT_LT(when - began, 90s) << id;
}

TEST_F(ManyRuns, AKeyMayHaveStartedItsRunLongAgo) {
  workspace.tells_date = true;
  workspace.now_ms = process.loop.unix_ms();
  for (int i = 0; i < 40; ++i) {
    const Result<json::object> launched =
        process.loop.run(launch(process.context, process.client, process.memory,
                                {{"group", many("g", 1)}, {"launch_key", "key " + std::to_string(i)}}));
    ids.push_back(launched.value().at("run_id").as_int64());
  }
  workspace.log.clear();
  end_each(4s, 0ms);
  expect_all("succeeded");
  EXPECT_GE(workspace.count("/runs/list"), 2 + 1 + 2);  // their first states, too
}

TEST_F(ManyRuns, WhoWaitsForATaskHearsOfItsEndSoon) {
  start(30, chain("g", {"a", "b"}));
  for (const std::int64_t id : ids) process.loop.later(15s, [&, id] { workspace.end_task(id, "a", "SUCCESS"); });
  std::vector<Task<Result<json::object>>> list;
  for (const std::int64_t id : ids)
    list.push_back(watch(process.context, process.client, process.memory,
                         {{"run_id", id}, {"task", "a"}, {"poll_ms", 5'000}}, {}));
  const Instant began = process.loop.now();
  for (const Result<json::object>& state : process.loop.run(all(process.context, std::move(list))))
    EXPECT_TRUE(state.ok());
  EXPECT_LT(process.loop.now() - began, 18s);
  EXPECT_LE(workspace.count(), 3 + 8 * 3 + 2);
}

TEST_F(ManyRuns, NothingIsAskedTwiceWhileNothingHappens) {
  start(1'000);
  end_each(10min, 0ms);
  expect_all("succeeded");
  const int sweeps = 260;
  EXPECT_EQ(workspace.count("/runs/get"), 0);
  EXPECT_LE(workspace.count(), 43 + sweeps + 42 + 42);  // first states, one round, the ends
}

TEST_F(ManyRuns, EndsThatComeIntoTheListLateAreFoundAllTheSame) {
  workspace.lists_late_ms = 1'500;
  workspace.before = [&](const std::string&) { workspace.now_ms = std::max(workspace.now_ms, process.loop.unix_ms()); };
  start(600);
  Lags lags(*this, 10s, 50ms);
  lags.run();
  // Those before the first that was seen to be late wait for it to be seen.
  for (std::size_t i = 0; i < ids.size(); ++i)
    EXPECT_LT(lags.of(i), i < 200 ? 10'500ms : i + 2 < 600 ? 4'200ms : 5'500ms) << i;
}

TEST_F(ManyRuns, APageThatFailsIsReadAgain) {
  start(200);
  end_each(4s, 0ms);
  // The third page of the sweep that sees them all end.
  int completed = 0;
  workspace.before = [&](const std::string& path) {
    if (path.find("/runs/list") == path.npos || workspace.active(ids[0])) return;
    if (++completed == 2) workspace.disturb("/runs/list", Edge::kUnavailable);
  };
  Lags lags(*this, 4s, 0ms);
  lags.run();
  for (std::size_t i = 0; i < ids.size(); ++i) EXPECT_LT(lags.of(i), 5'500ms) << i;
}

TEST_F(ManyRuns, ALookThatFailsIsRepeated) {
  start(12, many("g", 130));  // more tasks than a list shows
  for (std::size_t i = 0; i < ids.size(); ++i) process.loop.later(9s, [&, i] { workspace.end_all(ids[i], "SUCCESS"); });
  process.loop.later(9s, [&] { workspace.disturb("/runs/get", Edge::kUnavailable, 12); });
  const Instant began = process.loop.now();
  expect_all("succeeded");
  EXPECT_LT(process.loop.now() - began, 60s);
}

TEST_F(ManyRuns, ARoundShowsTheTasksOfThoseThatGoOn) {
  start(60, chain("g", {"a", "b"}));
  for (const std::int64_t id : ids) process.loop.later(5s, [&, id] { workspace.end_task(id, "a", "SUCCESS"); });
  end_each(10min, 0ms);
  std::map<std::int64_t, Instant> shown;
  const Instant began = process.loop.now();
  const auto states =
      process.loop.run(all(process.context, watches(host_reads([&](json::object state) {
                             if (text(state.at("tasks").as_array()[0].as_object(), "state") != "running")
                               shown.emplace(number_or_zero(state.at("run").as_object(), "run_id"), process.loop.now());
                           }))));
  ASSERT_EQ(shown.size(), ids.size());
  for (const auto& [id, when] : shown) EXPECT_LT(when - began, 70s) << id;
  EXPECT_LE(workspace.count("/runs/get"), 2);
}

TEST_F(ManyRuns, EachEndIsNoticedInTheNextSweep) {
  start(100);
  Lags lags(*this, 1s, 700ms);
  lags.run();
  for (std::size_t i = 0; i < ids.size(); ++i)
    EXPECT_LT(lags.of(i), i + kLastRuns < ids.size() ? 2'500ms : 5'400ms) << i;  // the last are looked at one by one
}

TEST_F(ManyRuns, AFailedPollEndsNothingAndIsSaidAsStale) {
  start(50);
  process.loop.later(7s, [&] { workspace.down = true; });
  process.loop.later(1h, [&] { workspace.down = false; });
  end_each(2h, 10ms);
  int stale = 0, fresh_again = 0;
  const auto states = process.loop.run(all(process.context, watches(host_reads([&](json::object state) {
                                             if (state.contains("stale_since_ms")) ++stale;
                                             if (stale >= 50 && !state.contains("stale_since_ms") &&
                                                 text(state, "verdict") == "running")
                                               ++fresh_again;
                                           }))));
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

TEST_F(ManyRuns, ARefusedFirstPageIsNoReasonToLookAtEach) {
  start(200);
  workspace.disturb("/runs/list", Edge::kTooMany, 2);
  end_each(12s, 0ms);
  expect_all("succeeded");
  EXPECT_LE(workspace.count("/runs/get"), 2);
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
  const auto states = process.loop.run(all(process.context, watches(host_reads([&](json::object state) {
                                             const json::object& watched = state.at("watched").as_object();
                                             said = said || (text(watched, "by") == "runs/list active" &&
                                                             !text(watched, "reason").empty());
                                           }))));
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
