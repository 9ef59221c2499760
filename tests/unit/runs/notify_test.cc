#include <gtest/gtest.h>

#include "unit/runs/fake_workspace.h"

namespace brickwork::runs {
namespace {

using namespace std::chrono_literals;

struct Webhooks : testing::Test {
  std::int64_t start(json::object group = many("g", 1)) {
    workspace.now_ms = process.loop.unix_ms();
    const auto launched =
        process.loop.run(launch(process.context, process.client, process.memory, {{"group", std::move(group)}}));
    workspace.log.clear();
    return launched.value().at("run_id").as_int64();
  }
  static json::object event(std::int64_t run, std::string_view type = "jobs.on_success") {
    return {{"event_type", type},
            {"workspace_id", "7"},
            {"run", json::object{{"run_id", std::to_string(run)}}},
            {"job", json::object{{"job_id", "1"}, {"name", "g"}}}};
  }
  Task<Result<json::object>> notified(json::value body) {
    return notify(process.context, process.client, process.memory, json::object{{"event", std::move(body)}});
  }
  Task<Result<json::object>> watched(std::int64_t run) {
    return watch(process.context, process.client, process.memory, {{"run_id", run}}, {});
  }
  void end_at(milliseconds when, std::int64_t run) {
    process.loop.later(when, [this, run] {
      workspace.now_ms = process.loop.unix_ms();
      workspace.end_all(run, "SUCCESS");
    });
  }
  // Calls notify beside the watches that run, and keeps what it answered.
  void post_at(milliseconds when, json::object body) {
    process.loop.later(when, [this, body = std::move(body)] {
      brickwork::start<Result<json::object>>(notified(body),
                                             [this](std::optional<Result<json::object>> answer, std::exception_ptr) {
                                               answers.push_back(std::move(*answer));
                                             });
    });
  }

  FakeWorkspace workspace;
  Process process{workspace};
  std::vector<Result<json::object>> answers;
};

TEST_F(Webhooks, TellAnEndAtOnce) {
  const std::int64_t run = start();
  end_at(6s, run);
  post_at(6'100ms, event(run));
  const Instant began = process.loop.now();
  EXPECT_EQ(text(process.loop.run(watched(run)).value(), "verdict"), "succeeded");
  EXPECT_LT(process.loop.now() - began, 6'200ms);
  process.loop.drain();
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(text(answers[0].value(), "verdict"), "succeeded");
  EXPECT_EQ(answers[0].value().at("watchers"), 1);
  EXPECT_EQ(text(answers[0].value(), "run_id_str"), std::to_string(run));
}

TEST_F(Webhooks, TellAnEndOfACrowdAtOnceToo) {
  std::vector<std::int64_t> runs;
  std::map<std::int64_t, Instant> noticed;
  std::vector<Task<Result<json::object>>> watches;
  for (int i = 0; i < 30; ++i) runs.push_back(start());
  const Instant began = process.loop.now();
  for (std::size_t i = 0; i < runs.size(); ++i) {
    end_at(6s + 100ms * static_cast<int>(i), runs[i]);
    post_at(6s + 100ms * static_cast<int>(i) + 1ms, event(runs[i]));
    watches.push_back(watch(process.context, process.client, process.memory, {{"run_id", runs[i]}, {"poll_ms", 60'000}},
                            host_reads([&](json::object state) {
                              if (text(state, "verdict") != "running")
                                noticed[number_or_zero(state.at("run").as_object(), "run_id")] = process.loop.now();
                            })));
  }
  process.loop.run(all(process.context, std::move(watches)));
  for (std::size_t i = 0; i < runs.size(); ++i)
    EXPECT_LT(noticed.at(runs[i]) - (began + 6s + 100ms * static_cast<int>(i)), 300ms) << i;
}

TEST_F(Webhooks, OfAnEndThatRunsGetDoesNotShowYetAreBelievedForAFewLooks) {
  const std::int64_t run = start();
  post_at(6s, event(run));
  end_at(7s, run);
  const Instant began = process.loop.now();
  EXPECT_TRUE(process.loop.run(watched(run)).ok());
  EXPECT_LT(process.loop.now() - began, 8'100ms);
}

TEST_F(Webhooks, ThatAreForgedCostALookAndChangeNothing) {
  const std::int64_t run = start();
  post_at(2s, event(run, "jobs.on_failure"));
  end_at(21s, run);
  EXPECT_EQ(text(process.loop.run(watched(run)).value(), "verdict"), "succeeded");
  EXPECT_LE(workspace.count("/runs/get"), 6 + 4);
}

TEST_F(Webhooks, ByTheHundredCostAFewLooks) {
  const std::int64_t run = start();
  for (int i = 0; i < 500; ++i) post_at(2s + 2ms * i, event(run, "jobs.on_start"));
  end_at(4s, run);
  EXPECT_TRUE(process.loop.run(watched(run)).ok());
  process.loop.drain();
  EXPECT_EQ(answers.size(), 500u);
  EXPECT_LE(workspace.count("/runs/get"), 2 + 6);
}

TEST_F(Webhooks, OfRunsThatNobodyWatchesAreNotFound) {
  const std::int64_t run = start();
  const auto early = process.loop.run(notified(event(run)));
  EXPECT_EQ(early.status().code(), Code::kNotFound);
  EXPECT_EQ(early.status()->pointer, "/event/run/run_id");
  workspace.end_all(run, "SUCCESS");
  EXPECT_TRUE(process.loop.run(watched(run)).ok());
  EXPECT_EQ(process.loop.run(notified(event(run))).status().code(), Code::kNotFound);  // an old one
  EXPECT_EQ(workspace.count("/runs/get"), 1);
}

TEST_F(Webhooks, OfATaskMakeItsRunLookedAt) {
  const std::int64_t run = start(chain("g", {"a", "b"}));
  json::object body = event(workspace.runs[run].tasks[0].at("run_id").as_int64());
  body["run"].as_object()["parent_run_id"] = run;
  body["task"] = json::object{{"task_key", "a"}};
  std::vector<Instant> told;
  process.loop.later(6s, [&] { workspace.end_task(run, "a", "SUCCESS"); });
  post_at(6'500ms, body);
  end_at(21s, run);
  const Instant began = process.loop.now();
  const auto state = process.loop.run(watch(process.context, process.client, process.memory, {{"run_id", run}},
                                            host_reads([&](json::object) { told.push_back(process.loop.now()); })));
  ASSERT_GE(told.size(), 2u);
  EXPECT_LT(told[1] - began, 6'600ms);
}

TEST_F(Webhooks, ThatAreNoneAreRefusedWithEveryFinding) {
  const auto result = process.loop.run(
      notified(json::object{{"event_type", "model.created"}, {"run", json::object{{"run_id", "12x"}}}}));
  ASSERT_EQ(result.status().code(), Code::kInvalidArgument);
  ASSERT_EQ(result.status()->findings.size(), 2u);
  EXPECT_EQ(result.status()->findings[0].pointer, "/event/event_type");
  EXPECT_EQ(result.status()->findings[1].pointer, "/event/run/run_id");
  for (const json::value& body : {json::value(), json::value("jobs.on_start"), json::value(json::array())})
    EXPECT_EQ(process.loop.run(notified(body)).status()->pointer, "/event");
  EXPECT_EQ(process.loop.run(notified(json::object())).status()->findings.size(), 2u);
  EXPECT_EQ(workspace.count(), 0);
}

TEST_F(Webhooks, OfAnotherWorkspaceAreRefused) {
  RestClient client(process.loop, {.host = "https://fake.example", .workspace_id = "8"}, std::make_shared<NoSecret>(),
                    {});
  const auto result =
      process.loop.run(notify(process.context, client, process.memory, json::object{{"event", event(1)}}));
  EXPECT_EQ(result.status()->pointer, "/event/workspace_id");
}

TEST_F(Webhooks, LetLaterRunsOfTheJobBeLookedAtRarelyUntilOneIsMissing) {
  const std::int64_t first = start();
  end_at(10min, first);
  post_at(10min + 100ms, event(first));
  EXPECT_TRUE(process.loop.run(watched(first)).ok());
  process.loop.drain();

  const std::int64_t second = start();
  end_at(30min, second);
  post_at(30min + 100ms, event(second));
  const Instant began = process.loop.now();
  EXPECT_TRUE(process.loop.run(watched(second)).ok());
  EXPECT_LT(process.loop.now() - began, 30min + 1s);
  EXPECT_LE(workspace.count("/runs/get"), 33);  // once a minute
  process.loop.drain();

  const std::int64_t third = start();
  end_at(30min + 30s, third);  // and nobody says so
  EXPECT_TRUE(process.loop.run(watched(third)).ok());
  const std::int64_t fourth = start();
  end_at(5min, fourth);
  EXPECT_TRUE(process.loop.run(watched(fourth)).ok());
  EXPECT_GE(workspace.count("/runs/get"), 55);  // every 5 s again
}

}  // namespace
}  // namespace brickwork::runs
