// A job becomes the group that somebody would have written for it.
#include <gtest/gtest.h>

#include "group/import.h"
#include "unit/group/documents.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

Imported imported(const json::value& settings) {
  Result<Imported> result = import_settings(json::value(settings));
  if (!result.ok()) throw std::runtime_error(result.status()->message + " at " + result.status()->pointer);
  return std::move(result.value());
}

// The group, without the members of the job that stay as they are.
void expect_group(const char* tasks, const char* expected_text) {
  const json::value settings = document(tasks);
  const json::object group = imported(settings).group;
  json::object expected = document(expected_text).get_object();
  expected["schema"] = "group/1";
  EXPECT_EQ(json::value(group), json::value(expected)) << json::serialize(group);
  EXPECT_EQ(compiled(json::value(group)).digest, compiled(settings).digest);
}

std::vector<std::string> refused(const char* text) {
  Result<Imported> result = import_settings(document(text));
  if (result.ok()) return {"taken"};
  EXPECT_EQ(result.status().code(), Code::kInvalidArgument);
  return rules(result.status()->findings);
}

TEST(Import, NestsByTheKeys) {
  expect_group(R"({'tasks': [
      {'task_key': 'start', 'run_job_task': {'job_id': 1}},
      {'task_key': 'checks__rows', 'run_job_task': {'job_id': 2}},
      {'task_key': 'checks__deep__one', 'run_job_task': {'job_id': 3}},
      {'task_key': 'checks__deep__two', 'run_job_task': {'job_id': 4}},
      {'task_key': 'end_', 'run_job_task': {'job_id': 5}}]})",
               R"({'tasks': [
      {'task_key': 'start', 'run_job_task': {'job_id': 1}},
      {'group': 'checks', 'tasks': [
        {'task_key': 'rows', 'run_job_task': {'job_id': 2}},
        {'group': 'deep', 'tasks': [
          {'task_key': 'one', 'run_job_task': {'job_id': 3}},
          {'task_key': 'two', 'run_job_task': {'job_id': 4}}]}]},
      {'task_key': 'end_', 'run_job_task': {'job_id': 5}}]})");
}

TEST(Import, CutsNoNameThatATaskHas) {
  expect_group(R"({'tasks': [
      {'task_key': 'a', 'run_job_task': {'job_id': 1}},
      {'task_key': 'a__b', 'run_job_task': {'job_id': 2}},
      {'task_key': 'a__b__c', 'run_job_task': {'job_id': 3}},
      {'task_key': '__x', 'run_job_task': {'job_id': 4}},
      {'task_key': 'y__', 'run_job_task': {'job_id': 5}},
      {'task_key': 'z___z', 'run_job_task': {'job_id': 6}}]})",
               R"({'tasks': [
      {'task_key': 'a', 'run_job_task': {'job_id': 1}},
      {'task_key': 'a__b', 'run_job_task': {'job_id': 2}},
      {'task_key': 'a__b__c', 'run_job_task': {'job_id': 3}},
      {'task_key': '__x', 'run_job_task': {'job_id': 4}},
      {'task_key': 'y__', 'run_job_task': {'job_id': 5}},
      {'group': 'z', 'tasks': [{'task_key': '_z', 'run_job_task': {'job_id': 6}}]}]})");
}

TEST(Import, PutsAGroupWhereItsFirstTaskStood) {
  const json::object group = imported(document(R"({'tasks': [
      {'task_key': 'a__x', 'run_job_task': {'job_id': 1}},
      {'task_key': 'b', 'run_job_task': {'job_id': 2}},
      {'task_key': 'a__y', 'run_job_task': {'job_id': 3}}]})"))
                                 .group;
  const Compiled result = compiled(json::value(group));
  std::vector<std::string> keys;
  for (const CompiledTask& task : result.tasks) keys.push_back(task.task_key);
  EXPECT_EQ(keys, (std::vector<std::string>{"a__x", "a__y", "b"}));
}

TEST(Import, SaysDependenciesOfGroupsOnce) {
  expect_group(R"({'tasks': [
      {'task_key': 'in', 'run_job_task': {'job_id': 1}},
      {'task_key': 'g__a', 'depends_on': [{'task_key': 'in'}], 'run_job_task': {'job_id': 2}},
      {'task_key': 'g__b', 'depends_on': [{'task_key': 'in'}], 'run_job_task': {'job_id': 3}},
      {'task_key': 'g__c', 'depends_on': [{'task_key': 'g__a'}], 'run_job_task': {'job_id': 4}},
      {'task_key': 'out', 'depends_on': [{'task_key': 'g__b'}, {'task_key': 'g__c'}], 'run_job_task': {'job_id': 5}},
      {'task_key': 'part', 'depends_on': [{'task_key': 'g__b'}], 'run_job_task': {'job_id': 6}},
      {'task_key': 'turned', 'depends_on': [{'task_key': 'g__c'}, {'task_key': 'g__b'}], 'run_job_task': {'job_id': 7}}]})",
               R"({'tasks': [
      {'task_key': 'in', 'run_job_task': {'job_id': 1}},
      {'group': 'g', 'depends_on': ['in'], 'tasks': [
        {'task_key': 'a', 'run_job_task': {'job_id': 2}},
        {'task_key': 'b', 'run_job_task': {'job_id': 3}},
        {'task_key': 'c', 'depends_on': ['a'], 'run_job_task': {'job_id': 4}}]},
      {'task_key': 'out', 'depends_on': ['g'], 'run_job_task': {'job_id': 5}},
      {'task_key': 'part', 'depends_on': ['g/b'], 'run_job_task': {'job_id': 6}},
      {'task_key': 'turned', 'depends_on': ['g/c', 'g/b'], 'run_job_task': {'job_id': 7}}]})");
}

TEST(Import, NamesFromTheOutermostGroupWhatANearerNameHides) {
  expect_group(R"({'tasks': [
      {'task_key': 'x', 'run_job_task': {'job_id': 1}},
      {'task_key': 'g__x', 'run_job_task': {'job_id': 2}},
      {'task_key': 'g__y', 'depends_on': [{'task_key': 'x'}, {'task_key': 'g__x'}], 'run_job_task': {'job_id': 3}}]})",
               R"({'tasks': [
      {'task_key': 'x', 'run_job_task': {'job_id': 1}},
      {'group': 'g', 'tasks': [
        {'task_key': 'x', 'run_job_task': {'job_id': 2}},
        {'task_key': 'y', 'depends_on': ['/x', 'x'], 'run_job_task': {'job_id': 3}}]}]})");
}

TEST(Import, KeepsOutcomesAndMembersOfADependencyThatOnlyDatabricksKnows) {
  expect_group(R"({'tasks': [
      {'task_key': 'c', 'condition_task': {'op': 'EQUAL_TO', 'left': '1', 'right': '1'}},
      {'task_key': 'g__a', 'depends_on': [{'task_key': 'c', 'outcome': 'true'}], 'run_job_task': {'job_id': 2}},
      {'task_key': 'g__b', 'depends_on': [{'task_key': 'c', 'outcome': 'true'}], 'run_job_task': {'job_id': 2}},
      {'task_key': 'd', 'depends_on': [{'task_key': 'g__a', 'later': 1}, {'task_key': 'g__b'}], 'run_job_task': {'job_id': 3}},
      {'task_key': 'e', 'depends_on': [], 'run_job_task': {'job_id': 3}}]})",
               R"({'tasks': [
      {'task_key': 'c', 'condition_task': {'op': 'EQUAL_TO', 'left': '1', 'right': '1'}},
      {'group': 'g', 'depends_on': [{'task_key': 'c', 'outcome': 'true'}], 'tasks': [
        {'task_key': 'a', 'run_job_task': {'job_id': 2}},
        {'task_key': 'b', 'run_job_task': {'job_id': 2}}]},
      {'task_key': 'd', 'depends_on': [{'task_key': 'g/a', 'later': 1}, 'g/b'], 'run_job_task': {'job_id': 3}},
      {'task_key': 'e', 'depends_on': [], 'run_job_task': {'job_id': 3}}]})");
}

TEST(Import, LiftsWhatTasksHaveInCommon) {
  expect_group(R"({'job_clusters': [{'job_cluster_key': 'main', 'new_cluster': {'num_workers': 1}}], 'tasks': [
      {'task_key': 'a', 'job_cluster_key': 'main', 'max_retries': 2, 'libraries': [{'jar': 'j'}],
       'email_notifications': {'on_failure': ['x@y']}, 'notebook_task': {'notebook_path': '/a', 'base_parameters': {'d': '1'}}},
      {'task_key': 'b', 'job_cluster_key': 'main', 'max_retries': 2, 'libraries': [{'jar': 'i'}, {'jar': 'j'}],
       'email_notifications': {'on_failure': ['x@y'], 'on_success': ['z']},
       'notebook_task': {'notebook_path': '/b', 'base_parameters': {'d': '1', 'e': '2'}}},
      {'task_key': 'c', 'condition_task': {'op': 'EQUAL_TO', 'left': '1', 'right': '1'}}]})",
               R"({'job_clusters': [{'job_cluster_key': 'main', 'new_cluster': {'num_workers': 1}}],
      'defaults': {'job_cluster_key': 'main', 'max_retries': 2, 'libraries': [{'jar': 'j'}], 'notebook_params': {'d': '1'}},
      'tasks': [
      {'task_key': 'a', 'email_notifications': {'on_failure': ['x@y']}, 'notebook_task': {'notebook_path': '/a'}},
      {'task_key': 'b', 'libraries': [{'jar': 'i'}], 'email_notifications': {'on_failure': ['x@y'], 'on_success': ['z']},
       'notebook_task': {'notebook_path': '/b', 'base_parameters': {'e': '2'}}},
      {'task_key': 'c', 'condition_task': {'op': 'EQUAL_TO', 'left': '1', 'right': '1'}}]})");
}

TEST(Import, MergesNotifications) {
  expect_group(R"({'tasks': [
      {'task_key': 'a', 'email_notifications': {'on_failure': ['x@y']}, 'run_job_task': {'job_id': 1}},
      {'task_key': 'b', 'email_notifications': {'on_failure': ['x@y']}, 'run_job_task': {'job_id': 2}},
      {'task_key': 'c', 'email_notifications': {'on_failure': ['x@y'], 'on_start': ['s']}, 'run_job_task': {'job_id': 3}},
      {'task_key': 'd', 'email_notifications': {'on_failure': ['other']}, 'run_job_task': {'job_id': 4}}]})",
               R"({'defaults': {'email_notifications': {'on_failure': ['x@y']}}, 'tasks': [
      {'task_key': 'a', 'run_job_task': {'job_id': 1}},
      {'task_key': 'b', 'run_job_task': {'job_id': 2}},
      {'task_key': 'c', 'email_notifications': {'on_start': ['s']}, 'run_job_task': {'job_id': 3}},
      {'task_key': 'd', 'email_notifications': {'on_failure': ['other']}, 'run_job_task': {'job_id': 4}}]})");
}

TEST(Import, LetsFewTasksRefuseAndManyNot) {
  expect_group(R"({'tasks': [
      {'task_key': 'a', 'timeout_seconds': 600, 'run_job_task': {'job_id': 1}},
      {'task_key': 'b', 'timeout_seconds': 600, 'run_job_task': {'job_id': 2}},
      {'task_key': 'c', 'timeout_seconds': 600, 'run_job_task': {'job_id': 3}},
      {'task_key': 'd', 'timeout_seconds': 600, 'run_job_task': {'job_id': 4}},
      {'task_key': 'e', 'run_job_task': {'job_id': 5}},
      {'task_key': 'f', 'timeout_seconds': 7, 'run_job_task': {'job_id': 6}}]})",
               R"({'defaults': {'timeout_seconds': 600}, 'tasks': [
      {'task_key': 'a', 'run_job_task': {'job_id': 1}},
      {'task_key': 'b', 'run_job_task': {'job_id': 2}},
      {'task_key': 'c', 'run_job_task': {'job_id': 3}},
      {'task_key': 'd', 'run_job_task': {'job_id': 4}},
      {'task_key': 'e', 'timeout_seconds': null, 'run_job_task': {'job_id': 5}},
      {'task_key': 'f', 'timeout_seconds': 7, 'run_job_task': {'job_id': 6}}]})");
  const json::object group = imported(document(R"({'tasks': [
      {'task_key': 'a', 'timeout_seconds': 600, 'run_job_task': {'job_id': 1}},
      {'task_key': 'b', 'timeout_seconds': 600, 'run_job_task': {'job_id': 2}},
      {'task_key': 'c', 'run_job_task': {'job_id': 3}}]})"))
                                 .group;
  EXPECT_FALSE(group.contains("defaults"));
}

TEST(Import, SaysInAGroupWhatOnlyItsTasksShare) {
  expect_group(R"({'tasks': [
      {'task_key': 'a', 'existing_cluster_id': 'c1', 'notebook_task': {'notebook_path': '/a'}},
      {'task_key': 'b', 'existing_cluster_id': 'c1', 'notebook_task': {'notebook_path': '/b'}},
      {'task_key': 'g__a', 'existing_cluster_id': 'c2', 'notebook_task': {'notebook_path': '/c'}},
      {'task_key': 'g__b', 'existing_cluster_id': 'c2', 'notebook_task': {'notebook_path': '/d'}}]})",
               R"({'defaults': {'existing_cluster_id': 'c1'}, 'tasks': [
      {'task_key': 'a', 'notebook_task': {'notebook_path': '/a'}},
      {'task_key': 'b', 'notebook_task': {'notebook_path': '/b'}},
      {'group': 'g', 'defaults': {'existing_cluster_id': 'c2'}, 'tasks': [
        {'task_key': 'a', 'notebook_task': {'notebook_path': '/c'}},
        {'task_key': 'b', 'notebook_task': {'notebook_path': '/d'}}]}]})");
}

TEST(Import, ReachesTheTaskOfALoop) {
  expect_group(R"({'tasks': [
      {'task_key': 'a', 'max_retries': 3, 'existing_cluster_id': 'c', 'notebook_task': {'notebook_path': '/a'}},
      {'task_key': 'l', 'for_each_task': {'inputs': '[1]', 'task':
        {'task_key': 'one', 'max_retries': 3, 'existing_cluster_id': 'c', 'notebook_task': {'notebook_path': '/b'}}}}]})",
               R"({'defaults': {'max_retries': 3, 'existing_cluster_id': 'c'}, 'tasks': [
      {'task_key': 'a', 'notebook_task': {'notebook_path': '/a'}},
      {'task_key': 'l', 'for_each_task': {'inputs': '[1]', 'task':
        {'task_key': 'one', 'notebook_task': {'notebook_path': '/b'}}}}]})");
}

TEST(Import, KeepsAWheelsListWhereOthersHaveNamedParameters) {
  const json::value settings = document(R"({'environments': [{'environment_key': 'e'}], 'tasks': [
      {'task_key': 'a', 'environment_key': 'e', 'python_wheel_task': {'package_name': 'p', 'entry_point': 'e', 'named_parameters': {'x': '1'}}},
      {'task_key': 'b', 'environment_key': 'e', 'python_wheel_task': {'package_name': 'p', 'entry_point': 'e', 'named_parameters': {'x': '1'}}},
      {'task_key': 'c', 'environment_key': 'e', 'python_wheel_task': {'package_name': 'p', 'entry_point': 'e', 'parameters': ['y']}},
      {'task_key': 'd', 'environment_key': 'e', 'python_wheel_task': {'package_name': 'p', 'entry_point': 'e', 'parameters': ['y']}}]})");
  const Compiled again = compiled(json::value(imported(settings).group));
  EXPECT_EQ(json::value(again.settings), settings);
}

TEST(Import, RefusesWhatIsNoSettings) {
  EXPECT_EQ(refused("[]"), std::vector<std::string>{"not_an_object at "});
  EXPECT_EQ(refused("{}"), std::vector<std::string>{"empty_group at "});
  EXPECT_EQ(refused("{'job_id': 1, 'settings': {'tasks': []}}"),
            std::vector<std::string>{"unknown_schema at /settings"});
  EXPECT_EQ(refused(R"({'schema': 'group/1', 'defaults': {}, 'policy': {}, 'tasks': [{'group': 'g', 'tasks': []},
      {'task_key': 'a b', 'run_job_task': {'job_id': 1}},
      {'task_key': 'c', 'depends_on': ['a'], 'run_job_task': {'job_id': 1}}]})"),
            (std::vector<std::string>{"unknown_schema at /schema", "unknown_schema at /defaults",
                                      "unknown_schema at /policy", "unknown_schema at /tasks/0",
                                      "bad_task_key at /tasks/1/task_key", "unknown_schema at /tasks/2/depends_on/0"}));
  EXPECT_EQ(refused("{'tasks': [{'task_key': 'a'}, {'task_key': 'a', 'run_job_task': {'job_id': 1}}]}"),
            (std::vector<std::string>{"no_task_kind at /tasks/0", "duplicate_key at /tasks/1/task_key"}));
}

TEST(Import, KeepsWarnings) {
  EXPECT_EQ(rules(imported(document("{'tasks': [{'task_key': 'a', 'quantum_task': {}}]}")).findings),
            std::vector<std::string>{"unknown_kind at /tasks/0/quantum_task"});
}

TEST(Import, TakesKeysThatWouldNestDeeperThanADocumentMay) {
  std::string deep = "1";
  for (int i = 0; i < 290; ++i) deep = "[" + deep + "]";
  const json::value settings =
      document("{'tasks': [{'task_key': 'a__b__c__d__e', 'run_job_task': {'job_id': 1}, 'x': " + deep +
               "}, {'task_key': 'a__f', 'run_job_task': {'job_id': 1}}]}");
  EXPECT_EQ(compiled(json::value(imported(settings).group)).digest, compiled(settings).digest);
}

}  // namespace
}  // namespace brickwork::group
