#include "runs/watch/pace.h"

#include <gtest/gtest.h>

#include "unit/runs/fake_workspace.h"

namespace brickwork::runs {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kNow = 1'763'700'000'000;

Pace paced(json::object request) { return pace_of(request).value(); }

Outlook after(milliseconds elapsed, milliseconds expected = 0ms) {
  return {.seen_ms = kNow, .started_ms = kNow - elapsed.count(), .expected_ms = expected.count()};
}

TEST(Pace, IsFixedByPollMs) {
  const Pace pace = paced({{"poll_ms", 700}});
  for (const milliseconds elapsed : {milliseconds(0), milliseconds(1min), milliseconds(24h)})
    EXPECT_EQ(interval(pace, after(elapsed, 1min), kNow), 700ms);
}

TEST(Pace, GrowsWithTheRun) {
  EXPECT_EQ(interval(Pace(), after(10s), kNow), 5s);
  EXPECT_EQ(interval(Pace(), after(5min), kNow), 5s);
  EXPECT_EQ(interval(Pace(), after(30min), kNow), 30s);
  EXPECT_EQ(interval(Pace(), after(24h), kNow), 60s);
}

TEST(Pace, IsFastWhereEarlierRunsEnded) {
  EXPECT_EQ(interval(Pace(), after(20min, 60min), kNow), 20s);
  EXPECT_EQ(interval(Pace(), after(53min + 50s, 60min), kNow), 10s);  // no longer than until the end is expected
  EXPECT_EQ(interval(Pace(), after(54min, 60min), kNow), 1s);
  EXPECT_EQ(interval(Pace(), after(66min, 60min), kNow), 1s);
  EXPECT_EQ(interval(Pace(), after(67min, 60min), kNow), 60s);  // not this time
}

TEST(Pace, IsWithinTheLimitsOfTheRequest) {
  const Pace pace = paced({{"interval_ms", json::object{{"min", 2'000}, {"max", 9'000}}}});
  EXPECT_EQ(interval(pace, after(24h), kNow), 9s);
  EXPECT_EQ(interval(pace, after(60min, 60min), kNow), 2s);
  EXPECT_EQ(paced({{"interval_ms", json::object{{"max", 300}}}}), (Pace{300ms, 300ms, 300ms}));
  EXPECT_EQ(paced({{"interval_ms", json::object{{"min", 90'000}}}}), (Pace{90s, 90s, 90s}));
}

TEST(Pace, RefusesLimitsThatAreNone) {
  const std::pair<json::value, const char*> cases[] = {
      {5, "/interval_ms"},
      {json::object{{"min", -1}}, "/interval_ms/min"},
      {json::object{{"min", "soon"}}, "/interval_ms/min"},
      {json::object{{"max", 0}}, "/interval_ms/max"},
      {json::object{{"max", 1.5}}, "/interval_ms/max"},
      {json::object{{"min", 3'000}, {"max", 2'000}}, "/interval_ms/min"}};
  for (const auto& [limits, pointer] : cases) {
    const Result<Pace> pace = pace_of({{"interval_ms", limits}});
    ASSERT_EQ(pace.status().code(), Code::kInvalidArgument) << json::serialize(limits);
    EXPECT_EQ(pace.status()->pointer, pointer) << json::serialize(limits);
  }
}

TEST(Pace, IsNeverFasterThanTheBudgetOfWatchesAllows) {
  EXPECT_EQ(affordable(1'000, {}), 12'500ms);
  EXPECT_EQ(affordable(10, {.requests_per_second = 5}), 2'500ms);
}

TEST(Pace, SpreadsThoseThatStartedTogether) {
  EXPECT_EQ(pause(10s, 0, Status(), 0.0), 9'500ms);
  EXPECT_EQ(pause(10s, 0, Status(), 0.5), 10s);
  EXPECT_EQ(pause(10s, 1, Status(), 0.5), 10s);
  EXPECT_EQ(pause(10s, 9, Status(), 0.5), 40s);
}

json::object task(const char* key, std::int64_t start_ms, std::int64_t end_ms) {
  json::object task{{"task_key", key}, {"run_id", start_ms}, {"start_time", start_ms}};
  if (end_ms == 0) {
    task["state"] = json::object{{"life_cycle_state", "RUNNING"}};
  } else {
    task["end_time"] = end_ms;
    task["state"] = json::object{{"life_cycle_state", "TERMINATED"}, {"result_state", "SUCCESS"}};
  }
  return task;
}

TEST(Outlook, IsHotWhileTheLastTasksRunNoLongerThanTheOthersDid) {
  const json::object run{{"start_time", kNow - 100'000},
                         {"tasks", json::array{task("a", kNow - 100'000, kNow - 60'000), task("b", kNow - 20'000, 0)}}};
  Outlook outlook;
  look_out(outlook, run, kNow);
  EXPECT_EQ(interval(Pace(), outlook, kNow), 1s);
  EXPECT_EQ(interval(Pace(), outlook, kNow + 39'999), 1s);  // 40 s, and half as long again
  EXPECT_EQ(interval(Pace(), outlook, kNow + 40'000), 5s);
}

TEST(Outlook, IsNotHotWhileMuchIsLeft) {
  const json::object run{{"start_time", kNow - 100'000},
                         {"tasks", json::array{task("a", kNow - 100'000, kNow - 60'000), task("b", kNow - 20'000, 0),
                                               task("c", kNow - 20'000, 0)}}};
  Outlook outlook;
  look_out(outlook, run, kNow);
  EXPECT_EQ(interval(Pace(), outlook, kNow), 5s);
}

TEST(Outlook, BelievesNoClockThatIsDecadesOff) {
  Outlook outlook;
  look_out(outlook, json::object{{"start_time", 1'000}}, kNow);
  EXPECT_EQ(interval(Pace(), outlook, kNow + 10'000), 5s);
  look_out(outlook, json::object{{"start_time", kNow + 3'600'000}}, kNow + 10'000);
  EXPECT_EQ(interval(Pace(), outlook, kNow + 30 * 60'000), 30s);
}

// ---- tasks that earlier runs had, too

json::object run_of(json::array tasks) { return {{"start_time", kNow - 100'000}, {"tasks", std::move(tasks)}}; }

TEST(TaskTimes, TellTheNextEnd) {
  TaskTimes times;
  learn_times(times, run_of({task("a", kNow - 100'000, kNow - 60'000), task("b", kNow - 60'000, kNow - 50'000)}));
  const json::object now = run_of({task("a", kNow, 0), task("b", kNow - 1'000, 0)});
  const NextEnd next = next_end(times, now, kNow);
  EXPECT_TRUE(next.is_of_all);
  EXPECT_EQ(next.from_ms, kNow + 9'000 - 500);
  EXPECT_EQ(next.to_ms, kNow + 9'000 + 500);
  EXPECT_EQ(next_end(times, now, kNow + 9'500).from_ms, kNow + 40'000 - 2'000);  // b is late: it tells nothing more
  EXPECT_FALSE(next_end(times, now, kNow + 9'500).is_of_all);
  EXPECT_FALSE(next_end(times, run_of({task("a", kNow, 0), task("c", kNow, 0)}), kNow).is_of_all);
  EXPECT_EQ(next_end(times, run_of({task("c", kNow, 0)}), kNow).to_ms, 0);
}

TEST(TaskTimes, ThatDifferMuchTellNothing) {
  TaskTimes times;
  for (const std::int64_t took : {10'000, 20'000})
    learn_times(times, run_of({task("a", kNow - 100'000, kNow - 100'000 + took)}));
  EXPECT_EQ(next_end(times, run_of({task("a", kNow, 0)}), kNow).to_ms, 0);
  for (int i = 0; i < 12; ++i) learn_times(times, run_of({task("a", kNow - 100'000, kNow - 88'000)}));
  EXPECT_NE(next_end(times, run_of({task("a", kNow, 0)}), kNow).to_ms, 0);
}

TEST(Outlook, IsHotOnlyWhereTheLastTasksAreExpectedToEnd) {
  Outlook outlook;
  outlook.hot_until_ms = kNow + 60'000;
  outlook.next_end = {.from_ms = kNow + 7'000, .to_ms = kNow + 9'000, .is_of_all = true};
  EXPECT_EQ(interval_of_looks(Pace(), outlook, kNow), 5s);
  EXPECT_EQ(interval_of_looks(Pace(), outlook, kNow + 4'000), 3s);
  EXPECT_EQ(interval_of_looks(Pace(), outlook, kNow + 7'000), 1s);
  EXPECT_EQ(interval_of_looks(Pace(), outlook, kNow + 9'000), 1s);  // by then hot for want of anything better
  outlook.next_end.is_of_all = false;
  EXPECT_EQ(interval_of_looks(Pace(), outlook, kNow), 1s);
}

// ---- the whole way

struct PacedRuns : testing::Test {
  std::int64_t start(json::object group) {
    workspace.now_ms = process.loop.unix_ms();
    const auto launched =
        process.loop.run(launch(process.context, process.client, process.memory, {{"group", std::move(group)}}));
    workspace.log.clear();
    return launched.value().at("run_id").as_int64();
  }
  void end_at(milliseconds when, std::int64_t run) {
    process.loop.later(when, [this, run] {
      workspace.now_ms = process.loop.unix_ms();
      workspace.end_all(run, "SUCCESS");
    });
  }
  Instant watched(std::int64_t run) {
    const auto state = process.loop.run(watch(process.context, process.client, process.memory, {{"run_id", run}}, {}));
    EXPECT_EQ(text(state.value(), "verdict"), "succeeded");
    return process.loop.now();
  }

  FakeWorkspace workspace;
  Process process{workspace};
};

TEST_F(PacedRuns, ALongOneIsLookedAtRarely) {
  const std::int64_t run = start(many("g", 1));
  end_at(6h, run);
  watched(run);
  EXPECT_LE(workspace.count("/runs/get"), 60 + 60 * 5 + 6 * 60);  // every 5 s, then a sixtieth, then once a minute
  EXPECT_GE(workspace.count("/runs/get"), 60 + 5 * 60);
}

TEST_F(PacedRuns, TheSecondOfAJobIsNoticedAtOnce) {
  const std::int64_t first = start(many("g", 1));
  end_at(30min, first);
  watched(first);
  const std::int64_t second = start(many("g", 1));
  const Instant ended = process.loop.now() + 31min;
  end_at(31min, second);
  EXPECT_LE(watched(second) - ended, 1'100ms);
  EXPECT_LE(workspace.count("/runs/get"), 200 + 400);
}

TEST_F(PacedRuns, ATaskOfTheSecondIsNoticedAtOnceToo) {
  Instant ended{};
  std::vector<milliseconds> late;
  for (int round = 0; round < 2; ++round) {
    const std::int64_t run = start(many("g", 40));
    const std::string key = "t7";
    process.loop.later(63s, [this, run, key, &ended] {
      workspace.now_ms = process.loop.unix_ms();
      ended = process.loop.now();
      workspace.end_task(run, key, "SUCCESS");
    });
    end_at(5min, run);
    const auto told =
        process.loop.run(watch(process.context, process.client, process.memory, {{"run_id", run}, {"task", key}}, {}));
    EXPECT_TRUE(told.ok()) << told.status()->message;
    late.push_back(std::chrono::duration_cast<milliseconds>(process.loop.now() - ended));
    watched(run);
  }
  EXPECT_GE(late[0], 1'500ms);  // 63 s are between two looks that come every 5 s
  EXPECT_LE(late[1], 1'100ms);
}

TEST_F(PacedRuns, ALookThatCostsMuchIsNotRepeatedAllTheTime) {
  std::vector<Task<Result<json::object>>> watches;
  for (int i = 0; i < 2; ++i) {
    const std::int64_t run = start(many("g", 200));
    end_at(2s, run);
    watches.push_back(watch(process.context, process.client, process.memory, {{"run_id", run}, {"poll_ms", 10}}, {}));
  }
  process.loop.run(all(process.context, std::move(watches)));
  EXPECT_LE(workspace.count("/runs/get"), 80 * 2 + 4 * 2);  // four fifths of 100 a second, not 400
  EXPECT_GE(workspace.count("/runs/get"), 140);
}

}  // namespace
}  // namespace brickwork::runs
