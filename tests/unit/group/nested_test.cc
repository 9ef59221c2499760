// Groups in groups: keys, dependencies, what holds for first and last tasks.
#include <gtest/gtest.h>

#include "unit/group/documents.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;
using Keys = std::set<std::string>;

json::value nested(std::string_view name, json::array tasks, std::vector<std::string> depends_on = {}) {
  json::object group{{"group", name}, {"tasks", std::move(tasks)}};
  if (!depends_on.empty()) group["depends_on"] = json::value_from(depends_on);
  return group;
}

json::value outermost(json::array tasks) { return json::object{{"name", "n"}, {"tasks", std::move(tasks)}}; }

std::vector<std::string> keys(const Compiled& compiled) {
  std::vector<std::string> list;
  for (const CompiledTask& task : compiled.tasks) list.push_back(task.task_key);
  return list;
}

TEST(Nested, TheExampleOfTheInterface) {
  const Compiled result = compiled(R"({'schema': 'group/1', 'name': 'renewables',
    'job_clusters': [{'job_cluster_key': 'main', 'new_cluster': {'spark_version': '16.4.x-scala2.12', 'num_workers': 1}}],
    'parameters': [{'name': 'state', 'default': 'Iowa'}],
    'defaults': {'job_cluster_key': 'main', 'notebook_params': {'year': '2017'},
                 'libraries': [{'pypi': {'package': 'pandas'}}], 'max_retries': 0},
    'tasks': [
      {'task_key': 'join_data', 'notebook_task': {'notebook_path': '/Shared/join_data'}},
      {'group': 'checks', 'depends_on': ['join_data'],
       'tasks': [{'task_key': 'rows', 'notebook_task': {'notebook_path': '/Shared/rows'}}]},
      {'task_key': 'transform_data', 'depends_on': ['checks'],
       'notebook_task': {'notebook_path': '/Shared/transform_data'}}],
    'policy': {'launch_key': 'dag/2026-11-21/renewables'}})");
  EXPECT_EQ(json::value(result.settings), document(R"({'name': 'renewables',
    'job_clusters': [{'job_cluster_key': 'main', 'new_cluster': {'spark_version': '16.4.x-scala2.12', 'num_workers': 1}}],
    'parameters': [{'name': 'state', 'default': 'Iowa'}],
    'tasks': [
      {'task_key': 'join_data', 'job_cluster_key': 'main', 'libraries': [{'pypi': {'package': 'pandas'}}],
       'max_retries': 0, 'notebook_task': {'notebook_path': '/Shared/join_data', 'base_parameters': {'year': '2017'}}},
      {'task_key': 'checks__rows', 'job_cluster_key': 'main', 'libraries': [{'pypi': {'package': 'pandas'}}],
       'max_retries': 0, 'depends_on': [{'task_key': 'join_data'}],
       'notebook_task': {'notebook_path': '/Shared/rows', 'base_parameters': {'year': '2017'}}},
      {'task_key': 'transform_data', 'job_cluster_key': 'main', 'libraries': [{'pypi': {'package': 'pandas'}}],
       'max_retries': 0, 'depends_on': [{'task_key': 'checks__rows'}],
       'notebook_task': {'notebook_path': '/Shared/transform_data', 'base_parameters': {'year': '2017'}}}]})"));
  EXPECT_EQ(result.tasks[1].path, "checks/rows");
  EXPECT_EQ(result.groups, std::vector<std::string>{"checks"});
  EXPECT_TRUE(result.findings.empty());
}

TEST(Nested, TasksKeepTheOrderOfTheText) {
  const Compiled result =
      compiled(outermost({notebook("z", {"g"}),
                          nested("g", {notebook("y"), nested("h", {notebook("x")}), notebook("w")}), notebook("a")}));
  EXPECT_EQ(keys(result), (std::vector<std::string>{"z", "g__y", "g__h__x", "g__w", "a"}));
  EXPECT_EQ(result.groups, (std::vector<std::string>{"g", "g/h"}));
}

TEST(Dependencies, OnAGroupMeanItsLastTasks) {
  const Compiled result = compiled(
      outermost({nested("g", {notebook("a"), notebook("b", {"a"}), notebook("c", {"a"})}), notebook("after", {"g"})}));
  EXPECT_EQ(upstreams(result, "after"), (Keys{"g__b", "g__c"}));
}

TEST(Dependencies, OfAGroupHoldForItsFirstTasks) {
  const Compiled result = compiled(
      outermost({notebook("before"), nested("g", {notebook("a"), notebook("b", {"a"}), notebook("c")}, {"before"})}));
  EXPECT_EQ(upstreams(result, "g__a"), Keys{"before"});
  EXPECT_EQ(upstreams(result, "g__b"), Keys{"g__a"});
  EXPECT_EQ(upstreams(result, "g__c"), Keys{"before"});
}

TEST(Dependencies, OfAGroupOnAGroupJoinLastWithFirst) {
  const Compiled result = compiled(outermost(
      {nested("g", {notebook("a"), notebook("b")}), nested("h", {notebook("c"), notebook("d", {"c"})}, {"g"})}));
  EXPECT_EQ(upstreams(result, "h__c"), (Keys{"g__a", "g__b"}));
  EXPECT_EQ(upstreams(result, "h__d"), Keys{"h__c"});
}

TEST(Dependencies, ReachThroughEveryLevel) {
  const Compiled result = compiled(
      outermost({notebook("before"),
                 nested("g", {nested("h", {notebook("a"), notebook("b", {"a"})}), notebook("c", {"h"})}, {"before"}),
                 notebook("after", {"g"})}));
  EXPECT_EQ(upstreams(result, "g__h__a"), Keys{"before"});
  EXPECT_EQ(upstreams(result, "g__h__b"), Keys{"g__h__a"});
  EXPECT_EQ(upstreams(result, "g__c"), Keys{"g__h__b"});
  EXPECT_EQ(upstreams(result, "after"), Keys{"g__c"});
}

TEST(Dependencies, ATaskThatWaitsOutsideOnlyIsStillAFirstTask) {
  const Compiled result =
      compiled(outermost({notebook("before"), notebook("outside"),
                          nested("g", {notebook("a", {"outside"}), notebook("b", {"a"})}, {"before"})}));
  EXPECT_EQ(upstreams(result, "g__a"), (Keys{"outside", "before"}));
}

TEST(Dependencies, FollowPathsAcrossGroups) {
  const Compiled result =
      compiled(outermost({nested("g", {notebook("a"), nested("h", {notebook("x")})}),
                          nested("k", {notebook("b", {"g/h/x", "g/a"}), notebook("c", {"/g/h", "b"})})}));
  EXPECT_EQ(upstreams(result, "k__b"), (Keys{"g__h__x", "g__a"}));
  EXPECT_EQ(upstreams(result, "k__c"), (Keys{"g__h__x", "k__b"}));
}

TEST(Dependencies, ANameMeansTheSiblingBeforeTheOuterOne) {
  const Compiled result =
      compiled(outermost({notebook("a"), notebook("only_outside"),
                          nested("g", {notebook("a"), notebook("b", {"a", "only_outside"}), notebook("c", {"/a"})})}));
  EXPECT_EQ(upstreams(result, "g__b"), (Keys{"g__a", "only_outside"}));
  EXPECT_EQ(upstreams(result, "g__c"), Keys{"a"});
}

TEST(Dependencies, OnAnEmptyGroupPassThroughIt) {
  const Compiled result = compiled(outermost({notebook("a"), nested("empty", {}, {"a"}), notebook("b", {"empty"})}));
  EXPECT_EQ(upstreams(result, "b"), Keys{"a"});
  EXPECT_EQ(rules(result.findings), std::vector<std::string>{"empty_group at /tasks/1"});
}

TEST(Dependencies, TakeTheFormOfDatabricksToo) {
  const Compiled result = compiled(R"({'tasks': [
    {'task_key': 'ask', 'condition_task': {'op': 'EQUAL_TO', 'left': '1', 'right': '1'}},
    {'group': 'yes', 'depends_on': [{'task_key': 'ask', 'outcome': 'true', 'unknown': 7}],
     'tasks': [{'task_key': 'a', 'notebook_task': {'notebook_path': '/a'}},
               {'task_key': 'b', 'depends_on': [{'task_key': 'a'}], 'notebook_task': {'notebook_path': '/b'}}]},
    {'task_key': 'no', 'depends_on': [{'task_key': 'ask', 'outcome': 'false'}], 'notebook_task': {'notebook_path': '/c'}}]})");
  EXPECT_EQ(upstreams(result, "yes__a"), Keys{"ask:true"});
  EXPECT_EQ(upstreams(result, "yes__b"), Keys{"yes__a"});
  EXPECT_EQ(upstreams(result, "no"), Keys{"ask:false"});
  EXPECT_EQ(task_of(result, "yes__a").at("depends_on").at(0).at("unknown").get_int64(), 7);
}

TEST(Dependencies, AreWrittenOnceWhereTwoWaysLeadToOneTask) {
  const Compiled result = compiled(outermost({notebook("a"), nested("g", {notebook("b", {"a"})}, {"a"}),
                                              nested("h", {notebook("c")}), notebook("d", {"h", "h/c"})}));
  EXPECT_EQ(task_of(result, "g__b").at("depends_on").get_array().size(), 1u);
  EXPECT_EQ(task_of(result, "d").at("depends_on").get_array().size(), 1u);
}

TEST(RunIf, OfAGroupHoldsForItsFirstTasks) {
  const Compiled result = compiled(R"({'tasks': [{'task_key': 'a', 'notebook_task': {'notebook_path': '/a'}},
    {'group': 'g', 'depends_on': ['a'], 'run_if': 'ALL_DONE', 'tasks': [
      {'task_key': 'b', 'notebook_task': {'notebook_path': '/a'}},
      {'task_key': 'own', 'run_if': 'ALL_FAILED', 'notebook_task': {'notebook_path': '/a'}},
      {'task_key': 'c', 'depends_on': ['b'], 'notebook_task': {'notebook_path': '/a'}}]}]})");
  EXPECT_EQ(task_of(result, "g__b").at("run_if").get_string(), "ALL_DONE");
  EXPECT_EQ(task_of(result, "g__own").at("run_if").get_string(), "ALL_FAILED");
  EXPECT_FALSE(task_of(result, "g__c").contains("run_if"));
}

TEST(Keys, AreMadeToFitAndStayReadable) {
  const Compiled result = compiled(outermost({nested("päivä 1", {notebook("my.task"), notebook("ok-1_X")})}));
  EXPECT_EQ(keys(result), (std::vector<std::string>{"p_iv_1__my_task", "p_iv_1__ok-1_X"}));
  EXPECT_EQ(result.tasks[0].path, "päivä 1/my.task");
}

TEST(Keys, ThatWouldMeetGetADigestEach) {
  const Compiled result = compiled(outermost({nested("a", {notebook("b__c")}), nested("a__b", {notebook("c")})}));
  ASSERT_EQ(result.tasks.size(), 2u);
  EXPECT_NE(result.tasks[0].task_key, result.tasks[1].task_key);
  for (const CompiledTask& task : result.tasks) {
    EXPECT_TRUE(task.task_key.starts_with("a__b__c_")) << task.task_key;
    EXPECT_EQ(task.task_key.size(), std::string("a__b__c_").size() + 8);
  }
  EXPECT_EQ(rules(result.findings), (std::vector<std::string>{"key_collision at /tasks/0/tasks/0/task_key",
                                                              "key_collision at /tasks/1/tasks/0/task_key"}));
}

TEST(Keys, OfTheOutermostGroupAreNeverTouchedWhenTheyFit) {
  const Compiled result =
      compiled(outermost({nested("a", {notebook("b")}), notebook("a__b"), notebook("x.y"), notebook("x_y")}));
  EXPECT_EQ(result.tasks[1].task_key, "a__b");
  EXPECT_EQ(result.tasks[3].task_key, "x_y");
  EXPECT_TRUE(result.tasks[0].task_key.starts_with("a__b_"));
  EXPECT_TRUE(result.tasks[2].task_key.starts_with("x_y_"));
}

TEST(Keys, ThatAreTooLongKeepBothEnds) {
  const std::string group(80, 'g');
  const std::string task = std::string(60, 't') + "_end";
  const Compiled result = compiled(outermost({nested(group, {notebook(task), notebook(task + "2")})}));
  EXPECT_EQ(result.tasks[0].task_key.size(), 100u);
  EXPECT_TRUE(result.tasks[0].task_key.starts_with("gggg"));
  EXPECT_TRUE(result.tasks[0].task_key.ends_with("_end"));
  EXPECT_NE(result.tasks[0].task_key, result.tasks[1].task_key);
  EXPECT_EQ(rules(result.findings), (std::vector<std::string>{"key_shortened at /tasks/0/tasks/0/task_key",
                                                              "key_shortened at /tasks/0/tasks/1/task_key"}));
}

// A group whose children keep their short keys.
json::value unprefixed(std::string_view name, json::array tasks) {
  json::value group = nested(name, std::move(tasks));
  group.get_object()["prefix_keys"] = false;
  return group;
}

TEST(PrefixKeys, FalseKeepsTheShortKeysOfTheChildren) {
  const Compiled result = compiled(outermost(
      {unprefixed("g", {notebook("a"), notebook("b", {"a"}), nested("h", {notebook("c")})}), notebook("d", {"g/a"})}));
  EXPECT_EQ(keys(result), (std::vector<std::string>{"a", "b", "h__c", "d"}));
  EXPECT_EQ(result.tasks[0].path, "g/a");
  EXPECT_EQ(result.tasks[2].path, "g/h/c");
  EXPECT_EQ(upstreams(result, "d"), Keys{"a"});
  EXPECT_TRUE(result.findings.empty());
  for (const json::value& task : result.settings.at("tasks").get_array())
    EXPECT_FALSE(task.get_object().contains("prefix_keys"));
}

TEST(PrefixKeys, FalseInsideAGroupTakesTheKeysOfThatGroup) {
  const Compiled result = compiled(
      outermost({nested("g", {unprefixed("h", {notebook("a"), unprefixed("i", {notebook("b")})}), notebook("c")})}));
  EXPECT_EQ(keys(result), (std::vector<std::string>{"g__a", "g__b", "g__c"}));
  EXPECT_EQ(result.tasks[1].path, "g/h/i/b");
}

TEST(PrefixKeys, TrueIsWhatHappensAnyway) {
  json::value group = nested("g", {notebook("a")});
  group.get_object()["prefix_keys"] = true;
  EXPECT_EQ(keys(compiled(outermost({group}))), std::vector<std::string>{"g__a"});
}

TEST(PrefixKeys, FalseDoesNotMakeTwoTasksOne) {
  const std::vector<Finding> findings = lint(
      outermost({notebook("a"), unprefixed("g", {notebook("a"), notebook("b")}), unprefixed("h", {notebook("b")})}));
  EXPECT_EQ(rules(findings), (std::vector<std::string>{"duplicate_task_key at /tasks/1/tasks/0/task_key",
                                                       "duplicate_task_key at /tasks/2/tasks/0/task_key"}));
  EXPECT_NE(findings[0].message.find("\"g/a\" and \"a\""), std::string::npos) << findings[0].message;
  EXPECT_EQ(rules(lint(outermost({nested("p", {unprefixed("g", {notebook("a")}), notebook("a")})}))),
            std::vector<std::string>{"duplicate_task_key at /tasks/0/tasks/1/task_key"});
}

TEST(PrefixKeys, FalseGoesBeforeAKeyThatIsPutTogether) {
  const Compiled result = compiled(outermost({nested("a", {notebook("b")}), unprefixed("g", {notebook("a__b")})}));
  EXPECT_EQ(result.tasks[1].task_key, "a__b");
  EXPECT_TRUE(result.tasks[0].task_key.starts_with("a__b_"));
  EXPECT_EQ(rules(result.findings), std::vector<std::string>{"key_collision at /tasks/0/tasks/0/task_key"});
}

TEST(PrefixKeys, IsATruthValueOfANestedGroup) {
  EXPECT_EQ(lint_rules("{'prefix_keys': false, 'tasks': [{'group': 'g', 'prefix_keys': 'no', 'tasks': "
                       "[{'task_key': 'a', 'run_job_task': {'job_id': 1}}]}]}"),
            (std::vector<std::string>{"no_effect at /prefix_keys", "wrong_type at /tasks/0/prefix_keys"}));
}

std::string condition() {
  return "{'task_key': 'ask', 'condition_task': {'op': 'EQUAL_TO', 'left': '1', 'right': '1'}}";
}

TEST(Outcome, OfAConditionReachesTheFirstTasksOfAGroup) {
  const Compiled result = compiled(document("{'tasks': [" + condition() + R"(,
    {'group': 'yes', 'depends_on': [{'task_key': 'ask', 'outcome': 'true'}], 'tasks': [
      {'group': 'inner', 'tasks': [{'task_key': 'a', 'run_job_task': {'job_id': 1}}]},
      {'task_key': 'b', 'run_job_task': {'job_id': 1}},
      {'task_key': 'c', 'depends_on': ['inner'], 'run_job_task': {'job_id': 1}}]},
    {'group': 'no', 'depends_on': [{'task_key': 'ask', 'outcome': 'false'}], 'tasks': [
      {'task_key': 'd', 'run_job_task': {'job_id': 1}}]},
    {'task_key': 'end', 'depends_on': ['yes', 'no'], 'run_job_task': {'job_id': 1}}]})"));
  EXPECT_EQ(upstreams(result, "yes__inner__a"), Keys{"ask:true"});
  EXPECT_EQ(upstreams(result, "yes__b"), Keys{"ask:true"});
  EXPECT_EQ(upstreams(result, "yes__c"), Keys{"yes__inner__a"});
  EXPECT_EQ(upstreams(result, "no__d"), Keys{"ask:false"});
  EXPECT_EQ(upstreams(result, "end"), (Keys{"yes__b", "yes__c", "no__d"}));
}

TEST(Outcome, OfAConditionInsideAGroupIsNamedByItsPath) {
  const Compiled result = compiled(document("{'tasks': [{'group': 'g', 'tasks': [" + condition() + R"(]},
    {'group': 'h', 'depends_on': [{'task_key': 'g/ask', 'outcome': 'false'}], 'tasks': [
      {'task_key': 'a', 'run_job_task': {'job_id': 1}}]}]})"));
  EXPECT_EQ(upstreams(result, "h__a"), Keys{"g__ask:false"});
}

TEST(Outcome, PassesThroughEmptyGroups) {
  const Compiled result = compiled(document("{'tasks': [" + condition() + R"(,
    {'group': 'e', 'depends_on': [{'task_key': 'ask', 'outcome': 'true'}], 'tasks': []},
    {'group': 'f', 'depends_on': ['e'], 'tasks': [{'group': 'deep', 'tasks': []}]},
    {'task_key': 'a', 'depends_on': ['f'], 'run_job_task': {'job_id': 1}},
    {'group': 'g', 'depends_on': ['f'], 'tasks': [{'task_key': 'b', 'run_job_task': {'job_id': 1}}]}]})"));
  EXPECT_EQ(upstreams(result, "a"), Keys{"ask:true"});
  EXPECT_EQ(upstreams(result, "g__b"), Keys{"ask:true"});
}

TEST(Outcome, OfAGroupIsNone) {
  EXPECT_EQ(lint_rules("{'tasks': [{'group': 'g', 'tasks': [" + condition() + R"(]}, {'task_key': 'a',
      'depends_on': [{'task_key': 'g', 'outcome': 'true'}], 'run_job_task': {'job_id': 1}}]})"),
            std::vector<std::string>{"outcome_without_condition at /tasks/1/depends_on/0/outcome"});
}

TEST(Dependencies, StandInTheOrderOfTheText) {
  const Compiled result = compiled(outermost({notebook("z"), nested("g", {notebook("y"), notebook("x")}), notebook("b"),
                                              nested("h", {notebook("a", {"/b", "/g"})}, {"z", "b"})}));
  EXPECT_EQ(task_of(result, "h__a").at("depends_on"),
            document("[{'task_key': 'b'}, {'task_key': 'g__y'}, {'task_key': 'g__x'}, {'task_key': 'z'}]"));
}

}  // namespace
}  // namespace brickwork::group
