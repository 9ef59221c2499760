#include <gtest/gtest.h>

#include <set>

#include "runs/insight/lineage.h"
#include "runs/insight/spans.h"
#include "runs/wire/fields.h"
#include "unit/runs/fake_workspace.h"

namespace brickwork::runs {
namespace {

constexpr std::string_view kCanary = "dapi0123456789canary";

// outer/inner/a fails twice, succeeds at the third attempt; outer/b waits for it; c is skipped.
struct Traced : testing::Test {
  Traced() {
    json::object group{{"name", "g"}};
    group["tasks"] = json::parse(R"([
      {"group": "outer", "tasks": [
        {"group": "inner", "tasks": [{"task_key": "a", "max_retries": 1,
          "notebook_task": {"notebook_path": "/a", "base_parameters": {"password": "dapi0123456789canary"}}}]},
        {"task_key": "b", "depends_on": ["inner"], "spark_python_task": {"python_file": "/b.py",
          "parameters": ["dapi0123456789canary"]}}]},
      {"task_key": "c", "notebook_task": {"notebook_path": "/c"}}])");
    const Result<json::object> launched =
        process.loop.run(launch(process.context, process.client, process.memory,
                                {{"group", group}, {"parameters", json::object{{"token", kCanary}}}}));
    if (!launched.ok()) ADD_FAILURE() << launched.status()->message;
    run = launched.value().at("run_id").as_int64();
    handle = launched.value().at("handle").as_object();
    workspace.runs[run].history[0].as_object()["start_time"] = 900;
    auto& tasks = workspace.runs[run].tasks;
    json::object retry = tasks[0];
    set(tasks[0], 1'000, 2'000, "FAILED");
    retry["run_id"] = 77;
    retry["attempt_number"] = 1;
    set(retry, 3'000, 5'000, "SUCCESS");
    retry["setup_duration"] = 500;
    set(tasks[1], 5'000, 9'000, "FAILED");
    set(tasks[2], 9'000, 9'000, "EXCLUDED");
    workspace.outputs[tasks[1].at("run_id").as_int64()] = json::object{{"error", "ValueError: no rows"}};
    failed_run_id = tasks[1].at("run_id").as_int64();
    tasks.push_back(retry);
  }
  static void set(json::object& task, std::int64_t start, std::int64_t end, const char* result) {
    task["start_time"] = start;
    task["end_time"] = end;
    task["state"] = json::object{{"life_cycle_state", "TERMINATED"}, {"result_state", result}};
    const char* code = std::string_view(result) == "FAILED" ? "RUN_EXECUTION_ERROR" : "SUCCESS";
    task["status"] = json::object{{"state", "TERMINATED"}, {"termination_details", json::object{{"code", code}}}};
  }
  Result<json::object> asked(json::object request) {
    request["handle"] = handle;
    return process.loop.run(trace(process.context, process.client, process.memory, std::move(request)));
  }
  json::array spans(json::object request = {}) {
    const json::value answer = asked(std::move(request)).value();
    return answer.at_pointer("/otlp/resourceSpans/0/scopeSpans/0/spans").as_array();
  }
  json::array events(json::object lineage = {}) {
    return asked({{"format", "openlineage"}, {"lineage", std::move(lineage)}}).value().at("openlineage").as_array();
  }
  static const json::object* named(const json::array& spans, std::string_view name) {
    for (const json::value& span : spans)
      if (text(span.as_object(), "name") == name) return &span.as_object();
    return nullptr;
  }
  static std::string attribute(const json::object& span, std::string_view key) {
    for (const json::value& item : array_in(span, "attributes"))
      if (text(item.as_object(), "key") == key)
        return std::string(item.at("value").as_object().begin()->value().as_string());
    return {};
  }

  FakeWorkspace workspace;
  Process process{workspace};
  std::int64_t run = 0;
  std::int64_t failed_run_id = 0;
  json::object handle;
};

TEST_F(Traced, AttemptsStandBelowTasksBelowGroupsBelowTheRun) {
  const json::array all = spans();
  ASSERT_EQ(all.size(), 1u + 2 + 3 + 4);  // run, groups, tasks, attempts
  const json::object& root = *named(all, "fake");
  const json::object& outer = *named(all, "outer");
  const json::object& inner = *named(all, "outer/inner");
  const json::object& task = *named(all, "outer/inner/a");
  const json::object& second = *named(all, "attempt 2");
  EXPECT_FALSE(root.contains("parentSpanId"));
  EXPECT_EQ(outer.at("parentSpanId"), root.at("spanId"));
  EXPECT_EQ(inner.at("parentSpanId"), outer.at("spanId"));
  EXPECT_EQ(task.at("parentSpanId"), inner.at("spanId"));
  EXPECT_EQ(second.at("parentSpanId"), task.at("spanId"));
  EXPECT_EQ(named(all, "c")->at("parentSpanId"), root.at("spanId"));
  EXPECT_EQ(text(task, "startTimeUnixNano"), "1000000000");
  EXPECT_EQ(text(task, "endTimeUnixNano"), "5000000000");
  EXPECT_EQ(text(inner, "endTimeUnixNano"), "5000000000");
  EXPECT_EQ(text(outer, "endTimeUnixNano"), "9000000000");
  EXPECT_EQ(attribute(second, "databricks.setup_ms"), "500");
  EXPECT_EQ(attribute(task, "databricks.attempts"), "2");
  EXPECT_EQ(named(all, "outer/b")->at("links").as_array()[0].at("spanId"), task.at("spanId"));
  std::set<std::string_view> ids;
  for (const json::value& span : all) ids.insert(text(span.as_object(), "spanId"));
  EXPECT_EQ(ids.size(), all.size());
}

TEST_F(Traced, ResultsAreInTheWordsOfTheConventions) {
  const json::array all = spans();
  EXPECT_EQ(attribute(*named(all, "outer/inner/a"), "cicd.pipeline.task.run.result"), "success");
  EXPECT_EQ(attribute(*named(all, "c"), "cicd.pipeline.task.run.result"), "skip");
  EXPECT_TRUE(named(all, "c")->at("status").as_object().empty());
  const json::object& failed = *named(all, "outer/b");
  EXPECT_EQ(attribute(failed, "cicd.pipeline.task.run.result"), "failure");
  EXPECT_EQ(attribute(failed, "error.type"), "RUN_EXECUTION_ERROR");
  EXPECT_EQ(failed.at("status"), (json::object{{"code", 2}, {"message", "ValueError: no rows"}}));
  for (const json::value& span : all) {
    if (attribute(span.as_object(), "cicd.pipeline.task.run.id") != std::to_string(failed_run_id)) continue;
    if (text(span.as_object(), "name") != "attempt 1") continue;
    const json::object& event = span.at("events").as_array().at(0).as_object();
    EXPECT_EQ(text(event, "name"), "exception");
    EXPECT_EQ(attribute(event, "exception.type"), "ValueError");
    EXPECT_EQ(attribute(event, "exception.message"), "ValueError: no rows");
    return;
  }
  FAIL() << "no span of the failed attempt";
}

TEST_F(Traced, TwiceIsTheSameAndLaterFitsEarlier) {
  EXPECT_EQ(spans(), spans());
  EXPECT_EQ(events(), events());
  const json::array whole = spans();
  workspace.runs[run].tasks[1]["state"] = json::object{{"life_cycle_state", "RUNNING"}};
  workspace.runs[run].tasks[1]["status"] = json::object{{"state", "RUNNING"}};
  const json::array early = spans();
  EXPECT_EQ(named(early, "fake"), nullptr);  // it goes on
  EXPECT_EQ(named(early, "outer"), nullptr);
  EXPECT_EQ(named(early, "outer/b"), nullptr);
  EXPECT_EQ(*named(early, "outer/inner"), *named(whole, "outer/inner"));
  EXPECT_EQ(named(early, "outer/inner")->at("parentSpanId"), named(whole, "outer")->at("spanId"));
}

TEST_F(Traced, OfAnotherWorkspaceHasOtherIds) {
  Handle one{.host = "https://one.example", .run_id = 1};
  Handle other{.host = "https://other.example", .run_id = 1};
  EXPECT_NE(TraceIds(one).trace_id(), TraceIds(other).trace_id());
  EXPECT_NE(TraceIds(one).lineage_run_id("run", 1), TraceIds(other).lineage_run_id("run", 1));
  EXPECT_EQ(TraceIds(one).trace_id().size(), 32u);
  EXPECT_EQ(TraceIds(one).span_id("run", "").size(), 16u);
}

TEST_F(Traced, AFailedTaskThatMayBeRetriedIsNoSpanYet) {
  auto& tasks = workspace.runs[run].tasks;
  tasks.pop_back();  // the retry is still to come
  tasks[2]["state"] = json::object{{"life_cycle_state", "RUNNING"}};
  tasks[2]["status"] = json::object{{"state", "RUNNING"}};
  const json::array all = spans();
  EXPECT_EQ(named(all, "outer/inner/a"), nullptr);
  EXPECT_NE(named(all, "attempt 1"), nullptr);
}

TEST_F(Traced, IsPartOfTheHostsTrace) {
  const json::array all = spans({{"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}});
  EXPECT_EQ(text(*named(all, "fake"), "parentSpanId"), "00f067aa0ba902b7");
  for (const json::value& span : all) EXPECT_EQ(text(span.as_object(), "traceId"), "4bf92f3577b34da6a3ce929d0e0e4736");
}

TEST_F(Traced, EveryAttemptStartsAndEndsOnceInItsLineage) {
  std::map<std::string, std::vector<std::string>> types;
  std::string last_time;
  for (const json::value& event : events()) {
    types[std::string(event.at_pointer("/job/name").as_string())].emplace_back(text(event.as_object(), "eventType"));
    EXPECT_GE(text(event.as_object(), "eventTime"), last_time);
    last_time = text(event.as_object(), "eventTime");
  }
  const std::map<std::string, std::vector<std::string>> expected{
      {"fake", {"START", "FAIL"}},
      {"fake.outer.inner.a", {"START", "FAIL", "START", "COMPLETE"}},
      {"fake.outer.b", {"START", "FAIL"}},
  };
  EXPECT_EQ(types, expected);
}

TEST_F(Traced, LineageNamesItsParentsTimesAndErrors) {
  const json::object parent{
      {"run_id", "0190d6a0-1111-7abc-8def-0123456789ab"}, {"namespace", "airflow"}, {"name", "dag.task"}};
  const json::array all = events(
      {{"namespace", "here"}, {"parent", parent}, {"nominal_start_time_ms", 0}, {"nominal_end_time_ms", 86'400'000}});
  const json::value& first = all.front();
  EXPECT_EQ(first.at_pointer("/run/facets/parent/run/runId"), parent.at("run_id"));
  EXPECT_EQ(first.at_pointer("/run/facets/nominalTime/nominalStartTime"), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(first.at_pointer("/run/facets/nominalTime/nominalEndTime"), "1970-01-02T00:00:00.000Z");
  EXPECT_EQ(first.at_pointer("/job/namespace"), "here");
  bool found = false;
  for (const json::value& event : all) {
    if (event.at_pointer("/job/name") != "fake.outer.b" || event.at("eventType") != "FAIL") continue;
    found = true;
    EXPECT_EQ(event.at_pointer("/run/facets/parent/run/runId"), first.at_pointer("/run/runId"));
    EXPECT_EQ(event.at_pointer("/run/facets/parent").at("root").at("job").at("name"), "dag.task");
    EXPECT_EQ(event.at_pointer("/run/facets/errorMessage/message"), "ValueError: no rows");
    EXPECT_EQ(event.at_pointer("/run/facets/errorMessage/programmingLanguage"), "PYTHON");
  }
  EXPECT_TRUE(found);
}

TEST_F(Traced, ShowsNeitherParametersNorSettings) {
  EXPECT_NE(json::serialize(workspace.jobs.begin()->second.settings).find(kCanary), std::string::npos);
  EXPECT_EQ(json::serialize(spans()).find(kCanary), std::string::npos);
  EXPECT_EQ(json::serialize(events()).find(kCanary), std::string::npos);
}

TEST_F(Traced, RefusesWhatIsWrongWithItsPlaceBeforeAskingAnything) {
  workspace.log.clear();
  const std::pair<const char*, const char*> cases[] = {
      {R"({"format": "zipkin"})", "/format"},
      {R"({"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01"})", "/traceparent"},
      {R"({"traceparent": "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"})", "/traceparent"},
      {R"({"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more"})", "/traceparent"},
      {R"({"traceparent": 1})", "/traceparent"},
      {R"({"lineage": []})", "/lineage"},
      {R"({"lineage": {"parent": {"run_id": "17"}}})", "/lineage/parent/run_id"},
      {R"({"lineage": {"parent": {"run_id": "0190d6a0-1111-7abc-8def-0123456789ab", "namespace": "x"}}})",
       "/lineage/parent/name"},
      {R"({"lineage": {"nominal_start_time_ms": -1}})", "/lineage/nominal_start_time_ms"},
      {R"({"lineage": {"nominal_start_time_ms": "soon"}})", "/lineage/nominal_start_time_ms"},
      {R"({"lineage": {"nominal_end_time_ms": 1}})", "/lineage/nominal_end_time_ms"},
  };
  for (const auto& [document, pointer] : cases) {
    const Result<json::object> answer = asked(json::parse(document).as_object());
    ASSERT_FALSE(answer.ok()) << document;
    EXPECT_EQ(answer.status().code(), Code::kInvalidArgument) << document;
    EXPECT_EQ(answer.status()->pointer, pointer) << document;
  }
  EXPECT_EQ(workspace.count(), 0);
}

}  // namespace
}  // namespace brickwork::runs
