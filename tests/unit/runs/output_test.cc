#include <gtest/gtest.h>

#include "runs/output/output_entry.h"
#include "runs/wire/fields.h"
#include "runs/wire/plain_text.h"
#include "unit/runs/fake_workspace.h"

namespace brickwork::runs {
namespace {

struct Outputs : testing::Test {
  std::int64_t start(json::object group) {
    const Result<json::object> launched =
        process.loop.run(launch(process.context, process.client, process.memory, {{"group", std::move(group)}}));
    run = launched.value().at("run_id").as_int64();
    handle = launched.value().at("handle").as_object();
    workspace.log.clear();
    return run;
  }
  std::int64_t id_of(std::size_t task) { return workspace.runs[run].tasks.at(task).at("run_id").as_int64(); }
  Result<json::object> asked(json::object request = {}) {
    request["handle"] = handle;
    return process.loop.run(output(process.context, process.client, process.memory, std::move(request)));
  }
  json::array outputs(json::object request = {}) { return asked(std::move(request)).value().at("outputs").as_array(); }

  FakeWorkspace workspace;
  Process process{workspace};
  std::int64_t run = 0;
  json::object handle;
};

TEST_F(Outputs, CarryAllThatATaskSaidAndWhetherItWasCut) {
  start(many("g", 3));
  workspace.end_all(run, "SUCCESS");
  workspace.outputs[id_of(0)] = json::object{{"notebook_output", json::object{{"result", "42"}, {"truncated", true}}}};
  workspace.outputs[id_of(1)] = json::object{{"logs", "tail"}, {"logs_truncated", true}, {"info", "i"}};
  workspace.outputs[id_of(2)] = json::object{
      {"error", "E"}, {"error_trace", "T"}, {"sql_output", json::object{{"query_output", json::object{}}}}};
  const json::array found = outputs();
  EXPECT_EQ(text(found[0].as_object(), "result"), "42");
  EXPECT_TRUE(flag(found[0].as_object(), "result_truncated", false));
  EXPECT_EQ(text(found[1].as_object(), "logs"), "tail");
  EXPECT_TRUE(flag(found[1].as_object(), "logs_truncated", false));
  EXPECT_EQ(text(found[1].as_object(), "info"), "i");
  EXPECT_EQ(text(found[2].as_object(), "error"), "E");
  EXPECT_EQ(text(found[2].as_object(), "error_trace"), "T");
  EXPECT_TRUE(found[2].at("sql_output").at("query_output").is_object());
}

TEST_F(Outputs, OfEveryAttemptOrOfNamedOnes) {
  start(many("g", 2));
  workspace.end_task(run, "t0", "FAILED");
  json::object again = workspace.runs[run].tasks[0];
  again["run_id"] = 77;
  again["attempt_number"] = 1;
  again["start_time"] = workspace.now_ms + 1;
  workspace.runs[run].tasks.push_back(again);
  workspace.end_all(run, "SUCCESS");
  const std::int64_t first = id_of(0);
  workspace.outputs[first] = json::object{{"error", "first"}};
  workspace.outputs[77] = json::object{{"error", "second"}};

  json::array found = outputs();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(text(found[0].as_object(), "error"), "second");
  EXPECT_EQ(number_or_zero(found[0].as_object(), "attempt"), 2);

  found = outputs({{"attempts", "all"}});
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(text(found[0].as_object(), "error"), "first");
  EXPECT_EQ(number_or_zero(found[0].as_object(), "attempt"), 1);

  found = outputs({{"attempts", json::array{std::to_string(first)}}});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(text(found[0].as_object(), "error"), "first");

  const Result<json::object> none = asked({{"attempts", json::array{first, 4711}}});
  EXPECT_EQ(none.status().code(), Code::kInvalidArgument);
  EXPECT_EQ(none.status()->pointer, "/attempts/1");
}

TEST_F(Outputs, AreReadWithWhatFailedFirst) {
  start(many("g", 40));
  workspace.end_task(run, "t30", "FAILED");
  workspace.end_task(run, "t39", "TIMEDOUT");
  workspace.end_all(run, "SUCCESS");
  std::vector<std::int64_t> asked_for;
  const Handle whole = referred_run({{"handle", handle}}, "https://fake.example").value();
  Object document{{"tasks", json::array(workspace.runs[run].tasks.begin(), workspace.runs[run].tasks.end())}};
  const auto entries = output_entries(whole, document, {}).value();
  const auto order = reading_order(entries);
  ASSERT_EQ(order.size(), 40u);
  EXPECT_EQ(order[0], 30u);
  EXPECT_EQ(order[1], 39u);
  EXPECT_EQ(order[2], 0u);
  EXPECT_EQ(text(outputs()[0].as_object(), "path"), "t0");  // the answer keeps the handle's order
}

TEST_F(Outputs, OfWhatFailedOnlyCostOnlyThat) {
  start(many("g", 50));
  for (int i = 0; i < 5; ++i) workspace.end_task(run, "t" + std::to_string(i * 10), "FAILED");
  workspace.end_all(run, "SUCCESS");
  EXPECT_EQ(outputs({{"only_failed", true}}).size(), 5u);
  EXPECT_EQ(workspace.count("/runs/get-output"), 5);
}

TEST_F(Outputs, ThatAreRefusedDoNotWithholdTheOthers) {
  start(many("g", 2));
  workspace.end_all(run, "SUCCESS");
  workspace.runs[id_of(1)] = {};  // get-output answers 400 for it, as for every run that is no task run
  workspace.outputs[id_of(0)] = json::object{{"logs", "here"}};
  const json::array found = outputs();
  EXPECT_EQ(text(found[0].as_object(), "logs"), "here");
  EXPECT_FALSE(text(found[1].as_object(), "unread").empty());
}

TEST_F(Outputs, FailWhenTimeRunsOut) {
  start(many("g", 2));
  workspace.end_all(run, "SUCCESS");
  workspace.down = true;
  Context short_of_time(process.loop, process.loop.now() + std::chrono::seconds(5));
  const auto late = process.loop.run(output(short_of_time, process.client, process.memory, {{"handle", handle}}));
  EXPECT_FALSE(late.ok());
}

TEST_F(Outputs, OfChildrenStandInTheirParent) {
  start(many("g", 2));
  workspace.end_all(run, "SUCCESS");
  json::object child_group = many("child", 2);
  const Result<json::object> child =
      process.loop.run(launch(process.context, process.client, process.memory, {{"group", child_group}}));
  const std::int64_t child_run = child.value().at("run_id").as_int64();
  workspace.end_all(child_run, "FAILED");
  const std::int64_t inner = workspace.runs[child_run].tasks[0].at("run_id").as_int64();
  workspace.outputs[id_of(0)] = json::object{{"run_job_output", json::object{{"run_id", child_run}}}};
  workspace.outputs[inner] = json::object{{"error", "inside"}};

  EXPECT_FALSE(outputs()[0].as_object().contains("children"));
  const json::array found = outputs({{"children", true}});
  const json::array& children = found[0].at("children").as_array();
  ASSERT_EQ(children.size(), 2u);
  EXPECT_EQ(text(children[0].as_object(), "path"), "t0");
  EXPECT_EQ(text(children[0].as_object(), "error"), "inside");
  EXPECT_FALSE(found[1].as_object().contains("children"));
}

TEST_F(Outputs, OfARunThatStartsItselfEnd) {
  start(many("g", 1));
  workspace.end_all(run, "SUCCESS");
  workspace.outputs[id_of(0)] = json::object{{"run_job_output", json::object{{"run_id", run}}}};
  EXPECT_TRUE(asked({{"children", true}}).ok());
  EXPECT_LE(workspace.count(), 10);
}

TEST_F(Outputs, OfIterationsComeInTheirOrder) {
  Object run_of_for_each;
  json::array iterations;
  for (int i = 0; i < 3; ++i)
    iterations.push_back(
        Object{{"task_key", "each"},
               {"run_id", 10 + i},
               {"state", Object{{"life_cycle_state", "TERMINATED"}, {"result_state", i == 1 ? "FAILED" : "SUCCESS"}}}});
  run_of_for_each["iterations"] = iterations;
  const auto entries = child_entries(run_of_for_each, false);
  ASSERT_EQ(entries.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(entries[i].run_id, static_cast<std::int64_t>(10 + i));
  EXPECT_EQ(reading_order(entries).front(), 1u);
  ASSERT_EQ(child_entries(run_of_for_each, true).size(), 1u);
}

TEST_F(Outputs, RefuseWrongWishesBeforeAskingAnything) {
  start(many("g", 1));
  const std::pair<const char*, const char*> cases[] = {
      {R"({"attempts": "some"})", "/attempts"}, {R"({"attempts": ["x"]})", "/attempts/0"},
      {R"({"attempts": [-1]})", "/attempts/0"}, {R"({"only_failed": "yes"})", "/only_failed"},
      {R"({"children": 1})", "/children"},      {R"({"tasks": "t0"})", "/tasks"},
  };
  for (const auto& [document, pointer] : cases) {
    const auto answer = asked(json::parse(document).as_object());
    ASSERT_FALSE(answer.ok()) << document;
    EXPECT_EQ(answer.status()->pointer, pointer) << document;
  }
  EXPECT_EQ(workspace.count(), 0);
}

TEST_F(Outputs, TheFirstErrorIsInTheStateWithoutAsking) {
  start(many("g", 3));
  workspace.end_task(run, "t2", "FAILED");
  workspace.now_ms += 1'000;
  workspace.end_task(run, "t0", "FAILED");
  workspace.end_all(run, "SUCCESS");
  workspace.outputs[id_of(2)] =
      json::object{{"error", "\x1b[0;31mValueError\x1b[0m: no rows" + std::string(3'000, '.')}};
  const Result<json::object> state =
      process.loop.run(get(process.context, process.client, process.memory, {{"handle", handle}}));
  const json::object& first = state.value().at("first_error").as_object();
  EXPECT_EQ(text(first, "path"), "t2");
  EXPECT_TRUE(text(first, "error").starts_with("ValueError: no rows..."));
  EXPECT_EQ(text(first, "error").size(), 500u);
  EXPECT_TRUE(text(state.value().at("tasks").as_array()[2].as_object(), "error").starts_with("ValueError: no rows"));
  workspace.runs[run].tasks.clear();
  EXPECT_FALSE(process.loop.run(get(process.context, process.client, process.memory, {{"handle", handle}}))
                   .value()
                   .contains("first_error"));
}

TEST(PlainText, HasNothingThatSteersATerminal) {
  const std::pair<const char*, const char*> cases[] = {
      {"\x1b[0;31mValueError\x1b[0m: x", "ValueError: x"},
      {"\x1b[1;32m----> 2\x1b[0m\ta\n", "----> 2\ta\n"},
      {"\x1b]0;title\x07"
       "text",
       "text"},
      {"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"},
      {"a\x1b[2Jb\x1b(Bc\r\bd", "abcd"},
      {"cut off \x1b[31", "cut off "},
      {"cut off \x1b", "cut off "},
      {"\x1b]never ended\nnext", "\nnext"},
      {"Grüße, 世界", "Grüße, 世界"},
  };
  for (const auto& [given, expected] : cases) EXPECT_EQ(plain_text(given), expected);
}

}  // namespace
}  // namespace brickwork::runs
