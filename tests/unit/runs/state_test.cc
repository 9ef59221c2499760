#include "runs/state/state.h"

#include <gtest/gtest.h>

#include "runs/launch/token.h"
#include "runs/state/group_state.h"
#include "runs/state/termination.h"
#include "runs/state/verdict.h"
#include "runs/wire/run_url.h"

namespace brickwork::runs {
namespace {

Object state(const char* life_cycle, const char* result, const char* v2 = "", const char* code = "") {
  Object document{{"state", Object{{"life_cycle_state", life_cycle}}}};
  if (*result) document["state"].as_object()["result_state"] = result;
  if (*v2) document["status"] = Object{{"state", v2}, {"termination_details", Object{{"code", code}}}};
  return document;
}

TEST(Verdict, DoesNotCallARunBrokenBecauseItsLifeCycleSaysInternalError) {
  EXPECT_EQ(run_verdict(state("INTERNAL_ERROR", "FAILED")), "failed");
  EXPECT_EQ(run_verdict(state("INTERNAL_ERROR", "TIMEDOUT")), "timed_out");
  EXPECT_EQ(run_verdict(state("INTERNAL_ERROR", "SUCCESS_WITH_FAILURES")), "succeeded_with_failures");
  EXPECT_EQ(task_verdict(state("INTERNAL_ERROR", "UPSTREAM_FAILED")), "upstream_failed");
}

TEST(Verdict, OfASkippedTaskIsTheSameUnderEveryLifeCycle) {
  for (const char* life_cycle : {"SKIPPED", "TERMINATED", "INTERNAL_ERROR"}) {
    EXPECT_EQ(task_verdict(state(life_cycle, "EXCLUDED")), "excluded");
    EXPECT_EQ(task_verdict(state(life_cycle, "UPSTREAM_FAILED")), "upstream_failed");
    EXPECT_EQ(task_verdict(state(life_cycle, "DISABLED")), "disabled");
  }
}

TEST(Verdict, ComesFromTheTerminationCodeWhenThereIsNoResult) {
  EXPECT_EQ(run_verdict(state("", "", "TERMINATED", "SUCCESS")), "succeeded");
  EXPECT_EQ(run_verdict(state("", "", "TERMINATED", "USER_CANCELED")), "canceled");
  EXPECT_EQ(run_verdict(state("", "", "TERMINATED", "CLUSTER_ERROR")), "failed");
  EXPECT_EQ(run_verdict(state("SKIPPED", "")), "skipped");
}

TEST(Verdict, TreatsWordsItDoesNotKnowAsGoingOn) {
  EXPECT_EQ(run_verdict(state("HIBERNATING", "", "NAPPING")), "running");
  EXPECT_EQ(task_verdict(state("HIBERNATING", "")), "pending");
}

TEST(Verdict, BelievesTheNewerStateWhenTheTwoDiffer) {
  EXPECT_FALSE(ended(state("INTERNAL_ERROR", "", "RUNNING")));
  EXPECT_TRUE(ended(state("RUNNING", "", "TERMINATED")));
}

// A row for each code of the Jobs API, and what the words of a repair policy make of it.
TEST(FailureClass, OfEveryTerminationCode) {
  const std::pair<const char*, const char*> expected[] = {
      {"SUCCESS", "none"},
      {"SUCCESS_WITH_FAILURES", "none"},
      {"USER_CANCELED", "none"},
      {"CANCELED", "none"},
      {"SKIPPED", "none"},
      {"DISABLED", "none"},
      {"RUN_EXECUTION_ERROR", "user_code"},
      {"INTERNAL_ERROR", "platform"},
      {"DRIVER_ERROR", "cluster"},
      {"CLUSTER_ERROR", "cluster"},
      {"CLUSTER_TERMINATED_BY_USER", "cluster"},
      {"INVALID_CLUSTER_REQUEST", "user_code"},
      {"CLUSTER_REQUEST_LIMIT_EXCEEDED", "quota"},
      {"CLOUD_FAILURE", "cluster"},
      {"REPOSITORY_CHECKOUT_FAILED", "platform"},
      {"LIBRARY_INSTALLATION_ERROR", "library"},
      {"STORAGE_ACCESS_ERROR", "platform"},
      {"RESOURCE_NOT_FOUND", "user_code"},
      {"UNAUTHORIZED_ERROR", "user_code"},
      {"INVALID_RUN_CONFIGURATION", "user_code"},
      {"FEATURE_DISABLED", "user_code"},
      {"WORKSPACE_RUN_LIMIT_EXCEEDED", "quota"},
      {"MAX_CONCURRENT_RUNS_EXCEEDED", "quota"},
      {"MAX_JOB_QUEUE_SIZE_EXCEEDED", "quota"},
      {"MAX_SPARK_CONTEXTS_EXCEEDED", "quota"},
      {"BREAKING_CHANGE", "user_code"},
      {"BUDGET_POLICY_LIMIT_EXCEEDED", "quota"},
      {"NEWER_THAN_THIS_LIBRARY", "user_code"},
  };
  for (const auto& [code, name] : expected)
    EXPECT_EQ(name_of(failure_class(state("TERMINATED", "FAILED", "TERMINATED", code))), name) << code;
}

TEST(FailureClass, OfANewCodeIsThatOfItsType) {
  const auto of_type = [](const char* type) {
    Object ended = state("TERMINATED", "FAILED", "TERMINATED", "NEWER_THAN_THIS_LIBRARY");
    ended["status"].as_object()["termination_details"].as_object()["type"] = type;
    return name_of(failure_class(ended));
  };
  EXPECT_EQ(of_type("CLOUD_FAILURE"), "cluster");
  EXPECT_EQ(of_type("INTERNAL_ERROR"), "platform");
  EXPECT_EQ(of_type("CLIENT_ERROR"), "user_code");
}

Object task(const char* path, const char* verdict, std::vector<const char*> upstream = {}) {
  Object result{{"path", path}, {"verdict", verdict}, {"depends_on", json::array()}};
  for (const char* dependency : upstream) result["depends_on"].as_array().push_back(json::string(dependency));
  return result;
}

std::string group_verdict(json::array tasks) {
  const json::array states = group_states({"g"}, tasks);
  return std::string(text(states[0].as_object(), "verdict"));
}

TEST(GroupState, FollowsTheRuleOfRuns) {
  EXPECT_EQ(group_verdict({task("g/a", "succeeded"), task("g/b", "succeeded", {"g/a"})}), "succeeded");
  EXPECT_EQ(group_verdict({task("g/a", "failed"), task("g/b", "succeeded", {"g/a"})}), "succeeded_with_failures");
  EXPECT_EQ(group_verdict({task("g/a", "failed"), task("g/b", "upstream_failed", {"g/a"})}), "failed");
  EXPECT_EQ(group_verdict({task("g/a", "succeeded"), task("g/b", "waiting")}), "running");
  EXPECT_EQ(group_verdict({task("g/a", "waiting"), task("g/b", "waiting")}), "waiting");
  EXPECT_EQ(group_verdict({task("g/a", "excluded"), task("g/b", "excluded")}), "skipped");
  EXPECT_EQ(group_verdict({task("g/a", "succeeded"), task("g/b", "canceled")}), "canceled");
}

TEST(GroupState, CountsOnlyWhatLiesInTheGroup) {
  const json::array states =
      group_states({"g"}, {task("g/a", "succeeded"), task("gh/a", "failed"), task("g/h/b", "running")});
  EXPECT_EQ(states[0].as_object().at("tasks_total").as_int64(), 2);
  EXPECT_EQ(states[0].as_object().at("tasks_done").as_int64(), 1);
}

TEST(RunUrl, ReadsBothFormsAndNothingElse) {
  const RunUrl old = parse_run_url("https://adb-1.2.azuredatabricks.net/?o=12#job/34/run/56");
  EXPECT_EQ(old.host, "https://adb-1.2.azuredatabricks.net");
  EXPECT_EQ(old.job_id, 34);
  EXPECT_EQ(old.run_id, 56);
  const RunUrl today = parse_run_url("http://127.0.0.1:8080/jobs/34/runs/9007199254740993?o=12");
  EXPECT_EQ(today.job_id, 34);
  EXPECT_EQ(today.run_id, 9007199254740993);
  EXPECT_EQ(parse_run_url("https://h/jobs/34").run_id, 0);
  EXPECT_EQ(parse_run_url("https://h/jobs/34/runs/x").run_id, 0);
  EXPECT_EQ(parse_run_url("https://h/jobs/34/runs/99999999999999999999").run_id, 0);
  EXPECT_EQ(parse_run_url("#job/1/run/2").run_id, 0);
  EXPECT_EQ(parse_run_url("").run_id, 0);
}

TEST(RunUrl, ComparesHostsAsPeopleWriteThem) {
  EXPECT_TRUE(same_host("https://Adb-1.net/", "adb-1.net"));
  EXPECT_FALSE(same_host("http://adb-1.net", "https://adb-1.net"));
  EXPECT_FALSE(same_host("https://adb-1.net", "https://adb-2.net"));
}

TEST(Token, DependsOnHostJobAndKeyAndFitsDatabricks) {
  const std::string token = keyed_token("https://h", "1", "k");
  EXPECT_EQ(token.size(), 64u);
  EXPECT_EQ(token, keyed_token("https://h", "1", "k"));
  EXPECT_NE(token, keyed_token("https://h", "1", "l"));
  EXPECT_NE(token, keyed_token("https://h", "2", "k"));
  EXPECT_NE(token, keyed_token("https://i", "1", "k"));
}

TEST(Head, NeverCutsACharacterInTwo) {
  EXPECT_EQ(head("aä", 2), "a");
  EXPECT_EQ(head("aä", 3), "aä");
}

}  // namespace
}  // namespace brickwork::runs
