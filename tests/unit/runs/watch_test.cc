#include <gtest/gtest.h>

#include "runs/wire/fields.h"
#include "unit/runs/fake_workspace.h"

namespace brickwork::runs {
namespace {

using namespace std::chrono_literals;

struct Watching : testing::Test {
  std::int64_t start(json::object group) {
    const Result<json::object> result =
        process.loop.run(launch(process.context, process.client, process.memory, {{"group", std::move(group)}}));
    handle = result.value().at("handle").as_object();
    workspace.log.clear();
    return result.value().at("run_id").as_int64();
  }
  Result<json::object> watched(json::object request) {
    return process.loop.run(watch(process.context, process.client, process.memory, std::move(request),
                                  host_reads([this](json::object state) { told.push_back(std::move(state)); })));
  }
  Result<json::object> seen(std::int64_t run_id) {
    return process.loop.run(get(process.context, process.client, process.memory, {{"run_id", run_id}}));
  }

  FakeWorkspace workspace;
  Process process{workspace};
  json::object handle;
  std::vector<json::object> told;
};

TEST_F(Watching, ASweepOfAHundredTasksIsOneRequest) {
  const std::int64_t run = start(many("g", 100));
  EXPECT_TRUE(seen(run).ok());
  EXPECT_EQ(workspace.count(), 1);
}

TEST_F(Watching, ASweepOfAThousandTasksIsTenRequests) {
  const std::int64_t run = start(many("g", 1'000));
  const Result<json::object> state = seen(run);
  EXPECT_EQ(state.value().at("tasks").as_array().size(), 1'000u);
  EXPECT_EQ(workspace.count(), 10);
}

TEST_F(Watching, ManyWatchersShareOneSweep) {
  const std::int64_t run = start(many("g", 1));
  process.loop.later(21s, [&] { workspace.end_all(run, "SUCCESS"); });
  std::vector<Task<Result<json::object>>> watches;
  for (int i = 0; i < 1'000; ++i)
    watches.push_back(watch(process.context, process.client, process.memory, {{"run_id", run}}, {}));
  for (const Result<json::object>& state : process.loop.run(all(process.context, std::move(watches))))
    EXPECT_EQ(text(state.value(), "verdict"), "succeeded");
  EXPECT_EQ(workspace.count("/runs/get"), 6);  // at 0, 5, 10, 15, 20 and 25 s
}

TEST_F(Watching, AWatcherThatIsCancelledLeavesTheSweepToTheOthers) {
  const std::int64_t run = start(many("g", 1));
  Context impatient(process.loop, Instant::max());
  process.loop.later(0ms, [&] { impatient.cancel(); });
  process.loop.later(7s, [&] { workspace.end_all(run, "SUCCESS"); });
  std::vector<Task<Result<json::object>>> watches;
  watches.push_back(watch(impatient, process.client, process.memory, {{"run_id", run}}, {}));
  watches.push_back(watch(process.context, process.client, process.memory, {{"run_id", run}}, {}));
  const auto states = process.loop.run(all(process.context, std::move(watches)));
  EXPECT_EQ(states[0].status().code(), Code::kCancelled);
  EXPECT_EQ(text(states[1].value(), "verdict"), "succeeded");
}

TEST_F(Watching, TellsOnlyWhatChanged) {
  const std::int64_t run = start(chain("g", {"a", "b"}));
  process.loop.later(12s, [&] { workspace.end_task(run, "a", "SUCCESS"); });
  process.loop.later(22s, [&] { workspace.end_task(run, "b", "SUCCESS"); });
  ASSERT_TRUE(watched({{"handle", handle}}).ok());
  ASSERT_EQ(told.size(), 3u);
  EXPECT_EQ(told[0].at("changed"), (json::array{"a", "b"}));
  EXPECT_EQ(told[1].at("changed"), (json::array{"a"}));
  EXPECT_EQ(told[2].at("changed"), (json::array{"b"}));
}

TEST_F(Watching, OutlivesThirtySecondsWithoutAWorkspace) {
  const std::int64_t run = start(chain("g", {"a"}));
  process.loop.later(7s, [&] { workspace.down = true; });
  process.loop.later(37s, [&] { workspace.down = false; });
  process.loop.later(38s, [&] { workspace.end_task(run, "a", "SUCCESS"); });
  const Result<json::object> state = watched({{"handle", handle}});
  EXPECT_EQ(text(state.value(), "verdict"), "succeeded");
  EXPECT_FALSE(state.value().contains("stale_since_ms"));
  ASSERT_GE(told.size(), 2u);
  EXPECT_TRUE(told[1].contains("stale_since_ms"));
  EXPECT_EQ(text(told[1], "verdict"), "running");
  EXPECT_TRUE(told[1].at("changed").as_array().empty());
}

TEST_F(Watching, OutlivesEveryKindOfAFailingPoll) {
  const std::int64_t run = start(chain("g", {"a"}));
  ASSERT_TRUE(seen(run).ok());
  for (const Edge edge : {Edge::kNotSent, Edge::kLostOnTheWay, Edge::kAnswerLost, Edge::kAnswerLostAs502,
                          Edge::kTooMany, Edge::kUnavailable})
    process.loop.later(1s, [this, edge] { workspace.disturb("/runs/get", edge); });
  process.loop.later(1h, [&] { workspace.end_task(run, "a", "SUCCESS"); });
  EXPECT_EQ(text(watched({{"handle", handle}}).value(), "verdict"), "succeeded");
}

TEST_F(Watching, EndsAsNotFoundWhenTheRunIsDeleted) {
  const std::int64_t run = start(chain("g", {"a"}));
  process.loop.later(7s, [&] { workspace.runs.erase(run); });
  EXPECT_EQ(watched({{"handle", handle}}).status().code(), Code::kNotFound);
}

TEST_F(Watching, OfARunThatNeverWasIsNotFound) {
  EXPECT_EQ(watched({{"run_id", "4711"}}).status().code(), Code::kNotFound);
}

TEST_F(Watching, OfOneTaskEndsWithIt) {
  const std::int64_t run = start(chain("g", {"a", "b"}));
  process.loop.later(7s, [&] { workspace.end_task(run, "a", "SUCCESS"); });
  const Result<json::object> state = watched({{"handle", handle}, {"task", "a"}});
  EXPECT_EQ(text(state.value(), "verdict"), "running");
}

TEST_F(Watching, OfOneTaskTellsOfThatTaskAlone) {
  const std::int64_t run = start(json::parse(R"({"name": "g", "tasks": [
    {"group": "one", "tasks": [{"task_key": "a", "condition_task": {"op": "EQUAL_TO", "left": "1", "right": "1"}}]},
    {"group": "two", "tasks": [{"task_key": "b", "condition_task": {"op": "EQUAL_TO", "left": "1", "right": "1"}},
                               {"task_key": "c", "condition_task": {"op": "EQUAL_TO", "left": "1", "right": "1"}}]}]})")
                                     .as_object());
  process.loop.later(7s, [&] { workspace.end_task(run, "two__b", "SUCCESS"); });
  process.loop.later(17s, [&] { workspace.end_task(run, "two__c", "SUCCESS"); });
  process.loop.later(27s, [&] { workspace.end_all(run, "SUCCESS"); });

  const json::object two = watched({{"handle", handle}, {"task", "two/c"}}).value();
  ASSERT_EQ(two.at("tasks").as_array().size(), 1u);
  EXPECT_EQ(text(two.at("tasks").as_array()[0].as_object(), "path"), "two/c");
  EXPECT_TRUE(two.at("groups").as_array().empty()) << two.at("groups");
  for (const json::object& news : told) EXPECT_NE(news.at("changed"), (json::array{"two/b"}));

  const json::object one = watched({{"handle", handle}, {"task", "one/a"}}).value();
  EXPECT_EQ(text(one.at("groups").as_array()[0].as_object(), "path"), "one");
  const json::object whole = watched({{"handle", handle}, {"task", "one/a"}, {"insight", true}}).value();
  EXPECT_EQ(whole.at("tasks").as_array().size(), 3u);
}

TEST_F(Watching, OfATaskThatTheRunDoesNotHaveSaysSo) {
  const std::int64_t run = start(chain("g", {"a"}));
  for (const json::object& request :
       {json::object{{"handle", handle}, {"task", "nope"}}, json::object{{"run_id", run}, {"task", "nope"}}}) {
    const auto result = watched(request);
    EXPECT_EQ(result.status().code(), Code::kInvalidArgument);
    EXPECT_EQ(result.status()->pointer, "/task");
  }
}

TEST_F(Watching, OfOneTaskWaitsForItsRetries) {
  json::object group = chain("g", {"a", "b"});
  group["tasks"].as_array()[0].as_object()["max_retries"] = 1;
  const std::int64_t run = start(std::move(group));
  process.loop.later(7s, [&] { workspace.end_task(run, "a", "FAILED"); });
  process.loop.later(12s, [&] {
    auto& tasks = workspace.runs[run].tasks;
    json::object again = tasks[0];
    again["run_id"] = 99;
    again["attempt_number"] = 1;
    tasks.insert(tasks.begin(), again);  // in no fixed order
    tasks[0]["state"] = json::object{{"life_cycle_state", "TERMINATED"}, {"result_state", "SUCCESS"}};
    tasks[0]["start_time"] = workspace.now_ms + 1;
  });
  const Result<json::object> state = watched({{"handle", handle}, {"task", "a"}});
  const json::object& task = state.value().at("tasks").as_array()[0].as_object();
  EXPECT_EQ(text(task, "verdict"), "succeeded");
  EXPECT_EQ(task.at("attempts").as_array().size(), 2u);
}

TEST_F(Watching, ReadsTheErrorOfAFailedTaskOnce) {
  const std::int64_t run = start(many("g", 3));
  const std::int64_t task_run = workspace.runs[run].tasks[1].at("run_id").as_int64();
  workspace.outputs[task_run] = json::object{{"error", "ValueError: no rows"}};
  process.loop.later(7s, [&] { workspace.end_task(run, "t1", "FAILED"); });
  process.loop.later(60s, [&] { workspace.end_all(run, "SUCCESS"); });
  const Result<json::object> state = watched({{"handle", handle}});
  EXPECT_EQ(text(state.value(), "verdict"), "failed");
  EXPECT_EQ(text(state.value().at("tasks").as_array()[1].as_object(), "error"), "ValueError: no rows");
  EXPECT_EQ(workspace.count("/runs/get-output"), 1);
  EXPECT_EQ(told[1].at("changed"), (json::array{"t1"}));
}

TEST_F(Watching, EndsInTimeAsDeadlineExceeded) {
  start(chain("g", {"a"}));
  Context short_of_time(process.loop, process.loop.now() + 12s);
  const auto result = process.loop.run(watch(short_of_time, process.client, process.memory, {{"handle", handle}}, {}));
  EXPECT_EQ(result.status().code(), Code::kDeadlineExceeded);
}

TEST_F(Watching, RefusesAHandleOfAnotherWorkspace) {
  start(chain("g", {"a"}));
  handle["host"] = "https://elsewhere.example";
  const auto result = watched({{"handle", handle}});
  EXPECT_EQ(result.status().code(), Code::kInvalidArgument);
  EXPECT_EQ(result.status()->pointer, "/handle/host");
  EXPECT_EQ(workspace.count(), 0);
}

TEST_F(Watching, OutputComesFromTaskRunsNeverFromTheRun) {
  const std::int64_t run = start(chain("g", {"a", "b"}));
  const std::int64_t task_run = workspace.runs[run].tasks[0].at("run_id").as_int64();
  workspace.outputs[task_run] = json::object{{"notebook_output", json::object{{"result", "42"}, {"truncated", false}}}};
  workspace.end_task(run, "a", "SUCCESS");
  const auto result = process.loop.run(output(process.context, process.client, process.memory, {{"run_id", run}}));
  const json::array& outputs = result.value().at("outputs").as_array();
  ASSERT_EQ(outputs.size(), 2u);
  EXPECT_EQ(text(outputs[0].as_object(), "result"), "42");
  EXPECT_EQ(text(outputs[1].as_object(), "state"), "waiting");
  EXPECT_EQ(workspace.count("/runs/get-output"), 1);  // b has not run
}

}  // namespace
}  // namespace brickwork::runs
