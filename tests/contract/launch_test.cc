#include <gtest/gtest.h>

#include <fstream>

#include "contract/groups.h"

namespace brickwork::contract {
namespace {

struct Contract : testing::Test {
  LocalWorkspace workspace;
  Host host{workspace};
};

json::object conditions(const std::string& name) {
  json::array tasks;
  tasks.push_back(condition_task("a", "1", "1"));
  tasks.push_back(condition_task("b", "1", "1", "a"));
  return group_of(name, std::move(tasks));
}

using Launch = Contract;

TEST_F(Launch, LintAndCompileNeedNoWorkspace) {
  workspace.kill();
  const json::object linted = host.done(BW_GROUP_LINT, {{"group", conditions("pure")}});
  EXPECT_TRUE(linted.at("ok").as_bool()) << json::serialize(linted);
  const json::object compiled = host.done(BW_GROUP_COMPILE, {{"group", conditions("pure")}});
  EXPECT_EQ(compiled.at("tasks").as_array().size(), 2u);
}

TEST_F(Launch, RunsAGroupToItsEnd) {
  const json::object launched = host.done(BW_GROUP_LAUNCH, {{"group", conditions("whole")}});
  const json::object state = host.done(BW_RUN_WATCH, {{"handle", launched.at("handle")}});
  EXPECT_EQ(text(state, "verdict"), "succeeded") << json::serialize(state);
  EXPECT_EQ(text(task_of(state, "b"), "verdict"), "succeeded");
}

TEST_F(Launch, OfAnUnchangedGroupIsOneRequestAndTwoFromCold) {
  const json::object group = conditions("counted");
  host.done(BW_GROUP_LAUNCH, {{"group", group}});
  host.requests();
  host.done(BW_GROUP_LAUNCH, {{"group", group}});
  EXPECT_EQ(host.requests(), std::vector<std::string>{"POST /api/2.2/jobs/run-now"});

  const Host cold(workspace);
  host.requests();
  const json::object launched = cold.done(BW_GROUP_LAUNCH, {{"group", group}});
  EXPECT_EQ(host.requests(), (std::vector<std::string>{"GET /api/2.2/jobs/list", "POST /api/2.2/jobs/run-now"}));
  EXPECT_FALSE(launched.at("reset").as_bool());
}

TEST_F(Launch, OfOneKeyIsOneRunAlsoWhenItsAnswerIsLost) {
  const json::object request{{"group", conditions("keyed")}, {"launch_key", "dag/2026-11-21"}};
  host.disturb({json::object{
      {"method", "POST"}, {"path", "/api/2.2/jobs/run-now"}, {"fault", json::object{{"kind", "reset_after"}}}}});
  const json::object first = host.done(BW_GROUP_LAUNCH, request);
  const Host other(workspace);
  EXPECT_EQ(other.done(BW_GROUP_LAUNCH, request).at("run_id"), first.at("run_id"));
  EXPECT_EQ(host.rest("GET", "/api/2.2/jobs/runs/list").at("runs").as_array().size(), 1u);
}

TEST_F(Launch, MakesOneJobWhenTheAnswerToCreateIsLost) {
  host.disturb({json::object{
      {"method", "POST"}, {"path", "/api/2.2/jobs/create"}, {"fault", json::object{{"kind", "reset_after"}}}}});
  host.done(BW_GROUP_LAUNCH, {{"group", conditions("once")}});
  EXPECT_EQ(host.rest("GET", "/api/2.2/jobs/list").at("jobs").as_array().size(), 1u);
}

TEST_F(Launch, TellsProgressThroughTheDescriptor) {
  const std::uint64_t op = host.start(BW_GROUP_RUN, {{"group", conditions("told")}});
  std::vector<json::object> told;
  const Answer answer = host.wait(op, [&](const json::object& progress) { told.push_back(progress); });
  ASSERT_EQ(answer.status, BW_OK) << json::serialize(answer.error);
  EXPECT_EQ(text(answer.response.at("state").as_object(), "verdict"), "succeeded");
  ASSERT_FALSE(told.empty());
  EXPECT_TRUE(told.front().contains("handle"));
  EXPECT_EQ(told.back().at("handle").as_object().at("run_id"), answer.response.at("handle").as_object().at("run_id"));
}

TEST_F(Launch, AttachesFromIdUrlAndHandleInAnotherClient) {
  const json::object launched = host.done(BW_GROUP_LAUNCH, {{"group", conditions("attached")}});
  const json::object state = host.done(BW_RUN_WATCH, {{"handle", launched.at("handle")}});
  const Host other(workspace);
  const json::value& page = state.at("run").as_object().at("run_page_url");
  for (const json::object& reference :
       {json::object{{"run_id", launched.at("run_id")}}, json::object{{"run_id", launched.at("run_id_str")}},
        json::object{{"url", page}}, json::object{{"handle", launched.at("handle")}}}) {
    const json::object attached = other.done(BW_RUN_ATTACH, reference);
    EXPECT_EQ(attached.at("handle").as_object().at("run_id"), launched.at("run_id"));
    EXPECT_EQ(text(other.done(BW_RUN_GET, reference), "verdict"), "succeeded");
  }
}

TEST_F(Launch, RunsOneNotebookAndReturnsWhatItSaid) {
  host.write_notebook("/Shared/contract/hello", "dbutils.notebook.exit('hello ' + dbutils.widgets.get('who'))\n");
  const json::object response = host.done(
      BW_NOTEBOOK_RUN, {{"notebook_path", "/Shared/contract/hello"},
                        {"parameters", json::object{{"who", "world"}}},
                        {"new_cluster", json::object{{"spark_version", "16.4.x-scala2.12"}, {"num_workers", 1}}}});
  ASSERT_TRUE(response.contains("output"));
  EXPECT_EQ(text(response.at("output").as_object(), "result"), "hello world");
  EXPECT_EQ(text(response.at("state").as_object(), "verdict"), "succeeded");
}

TEST_F(Launch, HandsTheValuesOfOneLaunchToOneTask) {
  host.write_notebook("/Shared/contract/limit", "dbutils.notebook.exit('limit ' + dbutils.widgets.get('limit'))\n");
  json::object rows = notebook_task("rows", "/Shared/contract/limit");
  rows["notebook_task"].as_object()["base_parameters"] = json::object{{"limit", "10"}};
  json::array inside;
  inside.push_back(rows);
  json::array tasks;
  tasks.push_back(json::object{{"group", "checks"}, {"tasks", std::move(inside)}});
  json::object group = group_of("valued", std::move(tasks));

  const auto result_with = [&](const std::string& limit) {
    group["launch"] = json::object{{"task_parameters", json::object{{"checks/rows", json::object{{"limit", limit}}}}}};
    host.requests();
    const json::object launched = host.done(BW_GROUP_LAUNCH, {{"group", group}});
    const std::vector<std::string> requests = host.requests();
    host.done(BW_RUN_WATCH, {{"handle", launched.at("handle")}});
    const json::object output = host.done(BW_RUN_OUTPUT, {{"handle", launched.at("handle")}});
    EXPECT_FALSE(launched.at("reset").as_bool());
    EXPECT_EQ(requests.back(), "POST /api/2.2/jobs/run-now");
    EXPECT_EQ(requests.size() == 1, limit != "20") << "the second one finds the job as it was";
    return json::serialize(output);
  };
  EXPECT_NE(result_with("20").find("limit 20"), std::string::npos);
  EXPECT_NE(result_with("30").find("limit 30"), std::string::npos);
}

TEST_F(Launch, KnowsWhoItIsAndRefusesAWrongToken) {
  EXPECT_FALSE(text(host.done(BW_AUTH_CHECK, {}), "user_name").empty());
  const Host stranger(workspace.url(), "dapi-wrong");
  const Answer answer = stranger.call(BW_GROUP_LAUNCH, {{"group", conditions("refused")}});
  EXPECT_EQ(answer.status, BW_UNAUTHENTICATED);
  EXPECT_EQ(json::serialize(answer.error).find("dapi-wrong"), std::string::npos);
  EXPECT_FALSE(host.rest("GET", "/api/2.2/jobs/list").contains("jobs"));
}

TEST_F(Launch, SendsAnyRequestAndHandsErrorsOver) {
  const Answer answer =
      host.call(BW_REST, {{"method", "GET"}, {"path", "/api/2.2/jobs/get"}, {"query", json::object{{"job_id", "1"}}}});
  EXPECT_EQ(answer.status, BW_NOT_FOUND);
  EXPECT_FALSE(text(answer.error, "error_code").empty());
  EXPECT_FALSE(text(answer.error, "request_id").empty());
}

}  // namespace
}  // namespace brickwork::contract
