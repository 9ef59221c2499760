// What tasks inherit, and from which of the groups around them.
#include <gtest/gtest.h>

#include "unit/group/documents.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

// One task in a nested group, with defaults of the outer and of the inner group.
json::object task_under(const std::string& outer, const std::string& inner, const std::string& members) {
  const std::string text = R"({'job_clusters': [{'job_cluster_key': 'main', 'new_cluster': {}},
      {'job_cluster_key': 'big', 'new_cluster': {}}], 'environments': [{'environment_key': 'e'}],
      'defaults': {)" + outer +
                           R"(}, 'tasks': [{'group': 'g', 'defaults': {)" + inner + R"(},
      'tasks': [{'task_key': 'a', )" +
                           members + "}]}]}";
  json::object task = task_of(compiled(document(text)), "g__a");
  task.erase("task_key");
  return task;
}

constexpr char kNotebook[] = "'notebook_task': {'notebook_path': '/n'}";

void expect(const json::object& task, const std::string& members) {
  EXPECT_EQ(json::value(task), document("{" + members + "}"));
}

TEST(Defaults, TheNearestWins) {
  expect(task_under("'max_retries': 1, 'timeout_seconds': 1, 'description': 'outer'",
                    "'max_retries': 2, 'timeout_seconds': 2", "'max_retries': 3, " + std::string(kNotebook)),
         "'max_retries': 3, 'timeout_seconds': 2, 'description': 'outer', " + std::string(kNotebook));
}

TEST(Defaults, OfARepetitionBelongTogetherWithTheTask) {
  expect(task_under("'min_retry_interval_millis': 5, 'retry_on_timeout': true", "", kNotebook),
         "'min_retry_interval_millis': 5, 'retry_on_timeout': true, " + std::string(kNotebook));
}

TEST(Defaults, ParametersAreMergedByKey) {
  expect(task_under("'notebook_params': {'a': 'outer', 'b': 'outer', 'c': 'outer'}",
                    "'notebook_params': {'a': 'inner', 'b': 'inner'}",
                    "'notebook_task': {'notebook_path': '/n', 'base_parameters': {'a': 'own'}}"),
         "'notebook_task': {'notebook_path': '/n', 'base_parameters': {'a': 'own', 'b': 'inner', 'c': 'outer'}}");
}

TEST(Defaults, ParametersReachNotebooksOnly) {
  expect(task_under("'notebook_params': {'a': 'outer'}", "", "'run_job_task': {'job_id': 1}"),
         "'run_job_task': {'job_id': 1}");
}

TEST(Defaults, LibrariesAreAUnionOwnFirstAnEqualOneOnce) {
  const std::string a = "{'pypi': {'package': 'a'}}";
  const std::string b = "{'pypi': {'package': 'b'}}";
  const std::string c = "{'pypi': {'package': 'c'}}";
  expect(task_under("'libraries': [" + a + ", " + b + "]", "'libraries': [" + b + ", " + c + "]",
                    "'libraries': [" + c + "], " + kNotebook),
         "'libraries': [" + c + ", " + b + ", " + a + "], " + kNotebook);
}

TEST(Defaults, LibrariesThatDifferInTheVersionAreTwo) {
  expect(task_under("'libraries': [{'pypi': {'package': 'a'}}]", "",
                    "'libraries': [{'pypi': {'package': 'a==1'}}], " + std::string(kNotebook)),
         "'libraries': [{'pypi': {'package': 'a==1'}}, {'pypi': {'package': 'a'}}], " + std::string(kNotebook));
}

TEST(Defaults, ComputeIsOneChoiceForEachLevel) {
  const std::string inherited = "'job_cluster_key': 'main'";
  expect(task_under(inherited, "", kNotebook), inherited + ", " + kNotebook);
  expect(task_under(inherited, "", "'existing_cluster_id': 'c', " + std::string(kNotebook)),
         "'existing_cluster_id': 'c', " + std::string(kNotebook));
  expect(task_under(inherited, "'environment_key': 'e'", kNotebook),
         "'environment_key': 'e', " + std::string(kNotebook));
  expect(task_under("'environment_key': 'e'", "'job_cluster_key': 'big'", kNotebook),
         "'job_cluster_key': 'big', " + std::string(kNotebook));
}

TEST(Defaults, ComputeReachesOnlyKindsThatRunOnIt) {
  const std::string inherited = "'job_cluster_key': 'main', 'libraries': [{'pypi': {'package': 'a'}}]";
  for (const std::string kind :
       {"'run_job_task': {'job_id': 1}", "'condition_task': {'op': 'EQUAL_TO', 'left': '', 'right': ''}",
        "'sql_task': {'warehouse_id': 'w', 'query': {'query_id': 'q'}}", "'pipeline_task': {'pipeline_id': 'p'}",
        "'dashboard_task': {'dashboard_id': 'd'}", "'notebook_task': {'notebook_path': '/n', 'warehouse_id': 'w'}"})
    expect(task_under(inherited, "", kind), kind);
  for (const std::string kind :
       {"'spark_python_task': {'python_file': 'f'}", "'spark_jar_task': {'main_class_name': 'M'}",
        "'python_wheel_task': {'package_name': 'p', 'entry_point': 'e'}", "'dbt_task': {'commands': ['dbt run']}",
        "'future_task': {}"})
    expect(task_under(inherited, "", kind), kind + ", " + inherited);
}

TEST(Defaults, SparkSubmitTakesANewClusterOnly) {
  const std::string kind = "'spark_submit_task': {'parameters': []}";
  expect(task_under("'job_cluster_key': 'main'", "", kind), kind);
  expect(task_under("'new_cluster': {'num_workers': 1}", "", kind), kind + ", 'new_cluster': {'num_workers': 1}");
}

TEST(Defaults, AConditionIsNeitherRepeatedNorTimed) {
  const std::string kind = "'condition_task': {'op': 'EQUAL_TO', 'left': '', 'right': ''}";
  expect(task_under("'max_retries': 1, 'timeout_seconds': 5, 'disabled': true", "", kind), kind + ", 'disabled': true");
}

TEST(Defaults, ReachTheTaskInsideALoop) {
  expect(task_under(R"('job_cluster_key': 'main', 'max_retries': 1, 'timeout_seconds': 5, 'description': 'd',
                       'notebook_params': {'a': '1'}, 'libraries': [{'jar': 'j'}])",
                    "", "'for_each_task': {'inputs': '[]', 'task': {'task_key': 'b', " + std::string(kNotebook) + "}}"),
         R"('description': 'd', 'for_each_task': {'inputs': '[]', 'task': {'task_key': 'b', 'job_cluster_key': 'main',
            'max_retries': 1, 'timeout_seconds': 5, 'libraries': [{'jar': 'j'}],
            'notebook_task': {'notebook_path': '/n', 'base_parameters': {'a': '1'}}}})");
}

TEST(Defaults, NotificationsAreMergedDeep) {
  expect(task_under("'email_notifications': {'on_failure': ['outer'], 'on_start': ['outer']}",
                    "'email_notifications': {'on_success': ['inner']}",
                    "'email_notifications': {'on_start': ['own']}, " + std::string(kNotebook)),
         "'email_notifications': {'on_start': ['own'], 'on_success': ['inner'], 'on_failure': ['outer']}, " +
             std::string(kNotebook));
}

// Every member that a task and `defaults` have in common, with two values; compute, libraries, parameters and
// notifications have tests of their own.
TEST(Defaults, OfEveryOtherMemberAreTakenWholeFromTheNearest) {
  const std::string notebook = kNotebook;
  for (const auto& [member, one, two] : std::vector<std::array<std::string, 3>>{
           {"description", "'one'", "'two'"},
           {"disabled", "true", "false"},
           {"max_retries", "1", "0"},
           {"min_retry_interval_millis", "1", "0"},
           {"retry_on_timeout", "true", "false"},
           {"timeout_seconds", "1", "0"},
           {"disable_auto_optimization", "true", "false"},
           {"compute", "{'hardware_accelerator': 'GPU_1xA10'}", "{}"},
           {"health", "{'rules': [{'metric': 'RUN_DURATION_SECONDS', 'op': 'GREATER_THAN', 'value': 1}]}", "{}"}}) {
    const std::string first = "'" + member + "': " + one;
    const std::string second = "'" + member + "': " + two;
    expect(task_under(first, "", notebook), first + ", " + notebook);
    expect(task_under("", first, notebook), first + ", " + notebook);
    expect(task_under(first, second, notebook), second + ", " + notebook);
    expect(task_under(second, first, notebook), first + ", " + notebook);
    expect(task_under(first, first, second + ", " + notebook), second + ", " + notebook);
    expect(task_under(first, "", "'" + member + "': null, " + notebook), notebook);
    expect(task_under(first, "'" + member + "': null", notebook), notebook);
  }
}

TEST(Defaults, OfEveryNotificationAreMergedDeep) {
  const std::string notebook = kNotebook;
  for (const std::string member : {"email_notifications", "webhook_notifications", "notification_settings"}) {
    const auto with = [&](const std::string& inside) { return "'" + member + "': {" + inside + "}"; };
    expect(task_under(with("'a': 1, 'b': 1, 'c': 1"), with("'a': 2, 'b': 2"), with("'a': 3") + ", " + notebook),
           with("'a': 3, 'b': 2, 'c': 1") + ", " + notebook);
    expect(task_under(with("'a': {'x': 1, 'y': 1}"), with("'a': {'x': 2}"), notebook),
           with("'a': {'x': 2, 'y': 1}") + ", " + notebook);
    expect(task_under(with("'a': 1"), "'" + member + "': null", notebook), notebook);
  }
}

TEST(Defaults, GoThroughGroupsThatSayNothing) {
  std::string text = "{'task_key': 'a', " + std::string(kNotebook) + "}";
  for (int level = 0; level < 50; ++level) {
    const std::string number = std::to_string(level);
    const std::string defaults = level == 20   ? "'defaults': {'max_retries': 20, 'notebook_params': {'b': 'inner'}}, "
                                 : level == 40 ? "'defaults': {'max_retries': 40, 'timeout_seconds': 40, "
                                                 "'notebook_params': {'a': 'outer', 'b': 'outer'}}, "
                                               : "";
    text = "{'group': 'g" + number + "', 'prefix_keys': false, " + defaults + "'tasks': [" + text + "]}";
  }
  json::object task = task_of(compiled(document("{'tasks': [" + text + "]}")), "a");
  task.erase("task_key");
  expect(task,
         "'max_retries': 20, 'timeout_seconds': 40, 'notebook_task': {'notebook_path': '/n', "
         "'base_parameters': {'b': 'inner', 'a': 'outer'}}");
}

TEST(Defaults, UnknownMembersAreInheritedWhole) {
  expect(
      task_under("'member_of_2027': {'a': 1}", "'other': [1]", "'member_of_2027': {'b': 2}, " + std::string(kNotebook)),
      "'member_of_2027': {'b': 2}, 'other': [1], " + std::string(kNotebook));
}

TEST(Defaults, NullRefusesThem) {
  expect(task_under("'job_cluster_key': 'main', 'max_retries': 1, 'libraries': [{'jar': 'j'}]", "'libraries': null",
                    "'job_cluster_key': null, 'max_retries': null, " + std::string(kNotebook)),
         kNotebook);
}

TEST(Defaults, NullStaysWhereThereIsNothingToRefuse) {
  expect(task_under("", "", "'max_retries': null, " + std::string(kNotebook)),
         "'max_retries': null, " + std::string(kNotebook));
}

TEST(Defaults, ARunIfIsForTasksThatWaitForSomething) {
  const Compiled result = compiled(R"({'defaults': {'run_if': 'ALL_DONE'}, 'tasks': [
      {'task_key': 'a', 'run_job_task': {'job_id': 1}},
      {'task_key': 'b', 'depends_on': ['a'], 'run_job_task': {'job_id': 1}},
      {'task_key': 'c', 'depends_on': ['a'], 'run_if': 'ALL_FAILED', 'run_job_task': {'job_id': 1}},
      {'group': 'g', 'depends_on': ['a'], 'run_if': 'NONE_FAILED', 'tasks': [
        {'task_key': 'd', 'run_job_task': {'job_id': 1}}]}]})");
  EXPECT_FALSE(task_of(result, "a").contains("run_if"));
  EXPECT_EQ(task_of(result, "b").at("run_if").get_string(), "ALL_DONE");
  EXPECT_EQ(task_of(result, "c").at("run_if").get_string(), "ALL_FAILED");
  EXPECT_EQ(task_of(result, "g__d").at("run_if").get_string(), "NONE_FAILED");
}

TEST(Defaults, AreNotPartOfTheSettings) {
  const Compiled result =
      compiled("{'defaults': {'max_retries': 1}, 'tasks': [{'task_key': 'a', 'run_job_task': {'job_id': 1}}]}");
  EXPECT_FALSE(result.settings.contains("defaults"));
}

}  // namespace
}  // namespace brickwork::group
