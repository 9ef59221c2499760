// Parameters that a group gives to the tasks of each kind.
#include <gtest/gtest.h>

#include "unit/group/documents.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

// The kind's object of one task in two groups with defaults.
json::value task_under(const std::string& outer, const std::string& inner, const std::string& kind,
                       const std::string& task) {
  const Compiled result =
      compiled(document("{'defaults': {" + outer + "}, 'tasks': [{'group': 'g', 'defaults': {" + inner +
                        "}, 'tasks': [{'task_key': 'a', '" + kind + "': {" + task + "}}]}]}"));
  return task_of(result, "g__a").at(kind);
}

void expect(const json::value& task, const std::string& members) { EXPECT_EQ(task, document("{" + members + "}")); }

struct ListCase {
  const char* name;
  const char* kind;
  const char* task;
};

class ParameterLists : public testing::TestWithParam<ListCase> {
 protected:
  std::string defaults(const std::string& list) const { return "'" + std::string(GetParam().name) + "': " + list; }
  std::string task(const std::string& more = {}) const {
    return more.empty() ? GetParam().task : std::string(GetParam().task) + ", " + more;
  }
  json::value under(const std::string& outer, const std::string& inner, const std::string& members) const {
    return task_under(outer, inner, GetParam().kind, members);
  }
};

TEST_P(ParameterLists, OfTheNearestWinWhole) {
  expect(under(defaults("['outer']"), "", task()), task("'parameters': ['outer']"));
  expect(under(defaults("['outer', '2']"), defaults("['inner']"), task()), task("'parameters': ['inner']"));
  expect(under(defaults("['outer']"), defaults("['inner']"), task("'parameters': ['own']")),
         task("'parameters': ['own']"));
}

TEST_P(ParameterLists, AreRefusedByAnEmptyOneAndByNull) {
  expect(under(defaults("['outer']"), "", task("'parameters': []")), task("'parameters': []"));
  expect(under(defaults("['outer']"), "", task("'parameters': null")), task());
  expect(under(defaults("['outer']"), defaults("null"), task()), task());
  expect(under(defaults("['outer']"), defaults("[]"), task()), task("'parameters': []"));
}

TEST_P(ParameterLists, ReachTheTaskInsideALoop) {
  const Compiled result = compiled(document("{'defaults': {" + defaults("['outer']") +
                                            "}, 'tasks': [{'task_key': 'loop', 'for_each_task': {'inputs': '[1]', "
                                            "'task': {'task_key': 'a', '" +
                                            GetParam().kind + "': {" + task() + "}}}}]}"));
  expect(task_of(result, "loop").at("for_each_task").at("task").at(GetParam().kind), task("'parameters': ['outer']"));
}

TEST_P(ParameterLists, HoldStrings) {
  EXPECT_EQ(lint_rules("{'defaults': {" + defaults("['a', 1]") +
                       "}, 'tasks': [{'task_key': 'a', 'run_job_task': {'job_id': 1}}]}"),
            std::vector<std::string>{"wrong_type at /defaults/" + std::string(GetParam().name) + "/1"});
  EXPECT_EQ(
      lint_rules("{'defaults': {" + defaults("{}") + "}, 'tasks': [{'task_key': 'a', 'run_job_task': {'job_id': 1}}]}"),
      std::vector<std::string>{"wrong_type at /defaults/" + std::string(GetParam().name)});
}

INSTANTIATE_TEST_SUITE_P(Kinds, ParameterLists,
                         testing::Values(ListCase{"python_params", "spark_python_task", "'python_file': '/f.py'"},
                                         ListCase{"python_params", "python_wheel_task",
                                                  "'package_name': 'p', 'entry_point': 'e'"},
                                         ListCase{"jar_params", "spark_jar_task", "'main_class_name': 'M'"}));

TEST(Parameters, OfSparkSubmitAreAList) {
  expect(task_under("'spark_submit_params': ['outer'], 'new_cluster': {}", "", "spark_submit_task", ""),
         "'parameters': ['outer']");
  expect(task_under("'spark_submit_params': ['outer'], 'new_cluster': {}", "'spark_submit_params': ['inner']",
                    "spark_submit_task", ""),
         "'parameters': ['inner']");
}

struct MapCase {
  const char* name;
  const char* kind;
  const char* member;
  const char* task;
};

class ParameterMaps : public testing::TestWithParam<MapCase> {
 protected:
  std::string defaults(const std::string& map) const { return "'" + std::string(GetParam().name) + "': " + map; }
  std::string task(const std::string& parameters = {}) const {
    if (parameters.empty()) return GetParam().task;
    return std::string(GetParam().task) + ", '" + GetParam().member + "': " + parameters;
  }
  json::value under(const std::string& outer, const std::string& inner, const std::string& members) const {
    return task_under(outer, inner, GetParam().kind, members);
  }
};

TEST_P(ParameterMaps, AreMergedKeyByKey) {
  expect(under(defaults("{'a': 'outer', 'b': 'outer', 'c': 'outer'}"), defaults("{'a': 'inner', 'b': 'inner'}"),
               task("{'a': 'own'}")),
         task("{'a': 'own', 'b': 'inner', 'c': 'outer'}"));
  expect(under(defaults("{'a': 'outer'}"), "", task()), task("{'a': 'outer'}"));
}

TEST_P(ParameterMaps, AreRefusedByNull) {
  expect(under(defaults("{'a': 'outer'}"), "", task("null")), task());
  expect(under(defaults("{'a': 'outer'}"), defaults("null"), task()), task());
  expect(under(defaults("{'a': 'outer', 'b': 'outer'}"), "", task("{'a': null}")), task("{'b': 'outer'}"));
  expect(under(defaults("{'a': 'outer', 'b': 'outer'}"), defaults("{'a': null}"), task()), task("{'b': 'outer'}"));
}

TEST_P(ParameterMaps, ThatAreEmptyAddNothing) { expect(under(defaults("{}"), "", task()), task()); }

TEST_P(ParameterMaps, HoldTextsNumbersAndTruthValues) {
  expect(under(defaults("{'a': 1, 'b': true}"), "", task()), task("{'a': 1, 'b': true}"));
  EXPECT_EQ(lint_rules("{'defaults': {" + defaults("{'a': []}") +
                       "}, 'tasks': [{'task_key': 'a', 'run_job_task': {'job_id': 1}}]}"),
            std::vector<std::string>{"wrong_type at /defaults/" + std::string(GetParam().name) + "/a"});
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, ParameterMaps,
    testing::Values(MapCase{"notebook_params", "notebook_task", "base_parameters", "'notebook_path': '/n'"},
                    MapCase{"sql_params", "sql_task", "parameters", "'warehouse_id': 'w', 'query': {'query_id': 'q'}"},
                    MapCase{"sql_params", "sql_task", "parameters", "'warehouse_id': 'w', 'file': {'path': '/q.sql'}"},
                    MapCase{"python_named_params", "python_wheel_task", "named_parameters",
                            "'package_name': 'p', 'entry_point': 'e'"}));

TEST(Parameters, OfAWheelHaveTheFormThatItHasItself) {
  const std::string wheel = "'package_name': 'p', 'entry_point': 'e'";
  const std::string both = "'python_params': ['list'], 'python_named_params': {'a': 'named'}";
  expect(task_under(both, "", "python_wheel_task", wheel + ", 'parameters': ['own']"),
         wheel + ", 'parameters': ['own']");
  expect(task_under(both, "", "python_wheel_task", wheel + ", 'named_parameters': {'b': 'own'}"),
         wheel + ", 'named_parameters': {'b': 'own', 'a': 'named'}");
}

TEST(Parameters, OfAWheelAreTheNamedOnesWhereItHasNone) {
  const std::string wheel = "'package_name': 'p', 'entry_point': 'e'";
  const std::string named = "'python_named_params': {'a': 'named'}";
  expect(task_under("'python_params': ['list'], " + named, "", "python_wheel_task", wheel),
         wheel + ", 'named_parameters': {'a': 'named'}");
  expect(task_under(named, "'python_params': ['list']", "python_wheel_task", wheel),
         wheel + ", 'named_parameters': {'a': 'named'}");
  expect(
      task_under("'python_params': ['list'], " + named, "", "python_wheel_task", wheel + ", 'named_parameters': null"),
      wheel + ", 'parameters': ['list']");
}

TEST(Parameters, ReachNoOtherKind) {
  const std::string all =
      "'notebook_params': {'a': '1'}, 'python_params': ['1'], 'python_named_params': {'a': '1'}, 'jar_params': ['1'], "
      "'spark_submit_params': ['1'], 'sql_params': {'a': '1'}";
  for (const auto& [kind, task] :
       std::map<std::string, std::string>{{"run_job_task", "'job_id': 1"},
                                          {"dbt_task", "'commands': ['dbt run']"},
                                          {"pipeline_task", "'pipeline_id': 'p'"},
                                          {"condition_task", "'op': 'EQUAL_TO', 'left': '', 'right': ''"},
                                          {"dashboard_task", "'dashboard_id': 'd'"},
                                          {"sql_task", "'warehouse_id': 'w', 'alert': {'alert_id': 'a'}"},
                                          {"clean_rooms_notebook_task", "'clean_room_name': 'c', 'notebook_name': 'n'"},
                                          {"python_operator_task", "'main': 'm'"},
                                          {"future_task", ""}})
    expect(task_under(all, all, kind, task), task);
}

TEST(Parameters, ThatAreTooLargeTogetherAreAFinding) {
  const std::string half(600'000, 'x');
  const auto rules_with = [&](const std::string& tasks) {
    return lint_rules("{'defaults': {'notebook_params': {'a': '" + half + "'}}, 'tasks': [" + tasks + "]}");
  };
  const std::string large = "'notebook_task': {'notebook_path': '/n', 'base_parameters': {'b': '" + half + "'}}";
  const std::string same = "'notebook_task': {'notebook_path': '/n', 'base_parameters': {'a': '" + half + "'}}";
  EXPECT_EQ(rules_with("{'task_key': 'a', " + same + "}, {'task_key': 'b', " + large + "}"),
            std::vector<std::string>{"parameters_too_large at /tasks/1/notebook_task/base_parameters"});
  EXPECT_EQ(
      rules_with("{'task_key': 'a', 'for_each_task': {'inputs': '[]', 'task': {'task_key': 'b', " + large + "}}}"),
      std::vector<std::string>{"parameters_too_large at /tasks/0/for_each_task/task/notebook_task/base_parameters"});
  EXPECT_EQ(lint_rules("{'defaults': {'notebook_params': {'a': '" + half + "', 'b': '" + half +
                       "'}}, 'tasks': [{'task_key': 'a', 'notebook_task': {'notebook_path': '/n'}}]}"),
            std::vector<std::string>{"parameters_too_large at /tasks/0/notebook_task"});
}

TEST(Parameters, AreNotMembersOfTheTask) {
  const Compiled result = compiled(
      "{'defaults': {'python_params': ['1'], 'sql_params': {}}, 'tasks': [{'task_key': 'a', 'notebook_task': "
      "{'notebook_path': '/n'}}]}");
  EXPECT_EQ(json::value(task_of(result, "a")), document("{'task_key': 'a', 'notebook_task': {'notebook_path': '/n'}}"));
}

}  // namespace
}  // namespace brickwork::group
