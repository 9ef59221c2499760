// launch.task_parameters: values of one launch for single tasks, and what a launch may not say.
#include <gtest/gtest.h>

#include "unit/group/documents.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;
using Rules = std::vector<std::string>;

std::string group_text(const std::string& task_parameters, const std::string& tasks, const std::string& more = {}) {
  return "{" + more + "'launch': {'task_parameters': " + task_parameters + "}, 'tasks': [" + tasks + "]}";
}

constexpr char kRows[] = R"({'group': 'checks', 'tasks': [{'task_key': 'rows',
    'notebook_task': {'notebook_path': '/n', 'base_parameters': {'limit': '10', 'year': '2017'}}}]})";

TEST(LaunchValues, BecomeJobParametersThatTheTaskRefersTo) {
  const Compiled result = compiled(document(group_text("{'checks/rows': {'limit': '20'}}", kRows)));
  EXPECT_EQ(json::value(result.settings), document(R"({'tasks': [{'task_key': 'checks__rows', 'notebook_task':
      {'notebook_path': '/n', 'base_parameters': {'limit': '{{job.parameters.checks__rows__limit}}', 'year': '2017'}}}],
      'parameters': [{'name': 'checks__rows__limit', 'default': '10'}]})"));
  EXPECT_EQ(json::value(result.run_parameters), document("{'checks__rows__limit': '20'}"));
  EXPECT_TRUE(result.findings.empty());
}

TEST(LaunchValues, StandBehindTheDeclaredParameters) {
  const Compiled result =
      compiled(document(group_text("{'/checks/rows': {'year': 2018, 'limit': true, 'share': 0.5, 'whole': 2.0}}", kRows,
                                   "'parameters': [{'name': 'state', 'default': 'Iowa'}], ")));
  EXPECT_EQ(result.settings.at("parameters"), document(R"([{'name': 'state', 'default': 'Iowa'},
      {'name': 'checks__rows__limit', 'default': '10'}, {'name': 'checks__rows__share', 'default': ''},
      {'name': 'checks__rows__whole', 'default': ''}, {'name': 'checks__rows__year', 'default': '2017'}])"));
  EXPECT_EQ(json::value(result.run_parameters),
            document(R"({'checks__rows__limit': 'true', 'checks__rows__share': '0.5', 'checks__rows__whole': '2.0',
                         'checks__rows__year': '2018'})"));
}

TEST(LaunchValues, ChangeTheDigestByTheirNamesOnly) {
  const std::string one = compiled(document(group_text("{'checks/rows': {'limit': '20'}}", kRows))).digest;
  EXPECT_EQ(compiled(document(group_text("{'checks/rows': {'limit': '30'}}", kRows))).digest, one);
  EXPECT_EQ(compiled(document(group_text("{'/checks/rows': {'limit': 30}}", kRows))).digest, one);
  EXPECT_NE(compiled(document(group_text("{'checks/rows': {'year': '20'}}", kRows))).digest, one);
  EXPECT_NE(compiled(document(group_text("{}", kRows))).digest, one);
  EXPECT_EQ(compiled(document(group_text("{'checks/rows': {'limit': '1', 'year': '2'}}", kRows))).digest,
            compiled(document(group_text("{'checks/rows': {'year': '2', 'limit': '1'}}", kRows))).digest);
}

TEST(LaunchValues, OfASettingsDocumentThatHasThemAreNotDeclaredTwice) {
  const Compiled first = compiled(document(group_text("{'checks/rows': {'limit': '20'}}", kRows)));
  json::object again = first.settings;
  again["launch"] = document("{'task_parameters': {'checks__rows': {'limit': '30'}}}");
  const Compiled second = compiled(again);
  EXPECT_EQ(second.settings, first.settings);
  EXPECT_EQ(json::value(second.run_parameters), document("{'checks__rows__limit': '30'}"));
}

TEST(LaunchValues, ReplaceWhatIsInherited) {
  const Compiled result = compiled(document(
      group_text("{'a': {'x': 'mine'}, 'b': {'1': 'mine'}}",
                 "{'task_key': 'a', 'notebook_task': {'notebook_path': '/n'}}, "
                 "{'task_key': 'b', 'spark_python_task': {'python_file': '/f.py'}}, "
                 "{'task_key': 'c', 'notebook_task': {'notebook_path': '/n'}}",
                 "'defaults': {'notebook_params': {'x': 'group', 'y': 'group'}, 'python_params': ['--day', '1']}, ")));
  EXPECT_EQ(task_of(result, "a").at("notebook_task").at("base_parameters"),
            document("{'x': '{{job.parameters.a__x}}', 'y': 'group'}"));
  EXPECT_EQ(task_of(result, "b").at("spark_python_task").at("parameters"),
            document("['--day', '{{job.parameters.b__1}}']"));
  EXPECT_EQ(task_of(result, "c").at("notebook_task").at("base_parameters"), document("{'x': 'group', 'y': 'group'}"));
  EXPECT_EQ(result.settings.at("parameters"),
            document("[{'name': 'a__x', 'default': 'group'}, {'name': 'b__1', 'default': '1'}]"));
}

// The kind's object of task `a` after `name` was set for one launch, and the default of its job parameter.
struct Hoisted {
  json::value task;
  std::string own;
};

Hoisted hoisted(const std::string& name, const std::string& kind, const std::string& task) {
  const Compiled result = compiled(
      document(group_text("{'a': {'" + name + "': 'launch'}}", "{'task_key': 'a', '" + kind + "': {" + task + "}}")));
  const json::object& parameter = result.settings.at("parameters").at(0).get_object();
  EXPECT_EQ(parameter.at("name").get_string(), "a__" + name);
  EXPECT_EQ(json::value(result.run_parameters), document("{'a__" + name + "': 'launch'}"));
  return {task_of(result, "a").at(kind), std::string(parameter.at("default").get_string())};
}

void expect(const Hoisted& hoisted, const std::string& members, std::string_view own) {
  EXPECT_EQ(hoisted.task, document("{" + members + "}"));
  EXPECT_EQ(hoisted.own, own);
}

TEST(LaunchValues, ReachEveryKindWithNamedParameters) {
  const std::string sql = "'warehouse_id': 'w', 'query': {'query_id': 'q'}, ";
  expect(hoisted("x", "sql_task", sql + "'parameters': {'x': '1', 'y': '2'}"),
         sql + "'parameters': {'x': '{{job.parameters.a__x}}', 'y': '2'}", "1");
  expect(hoisted("x", "run_job_task", "'job_id': 7, 'job_parameters': {'x': '1'}"),
         "'job_id': 7, 'job_parameters': {'x': '{{job.parameters.a__x}}'}", "1");
  expect(hoisted("x", "run_job_task", "'job_id': 7"), "'job_id': 7, 'job_parameters': {'x': '{{job.parameters.a__x}}'}",
         "");
  expect(hoisted("x", "pipeline_task", "'pipeline_id': 'p', 'parameters': {'x': '1'}"),
         "'pipeline_id': 'p', 'parameters': {'x': '{{job.parameters.a__x}}'}", "1");
  const std::string room = "'clean_room_name': 'c', 'notebook_name': 'n', ";
  expect(hoisted("x", "clean_rooms_notebook_task", room + "'notebook_base_parameters': {'x': '1'}"),
         room + "'notebook_base_parameters': {'x': '{{job.parameters.a__x}}'}", "1");
  const std::string wheel = "'package_name': 'p', 'entry_point': 'e', ";
  expect(hoisted("x", "python_wheel_task", wheel + "'named_parameters': {'x': '1'}"),
         wheel + "'named_parameters': {'x': '{{job.parameters.a__x}}'}", "1");
  expect(hoisted("x", "python_wheel_task", "'package_name': 'p', 'entry_point': 'e'"),
         wheel + "'named_parameters': {'x': '{{job.parameters.a__x}}'}", "");
  expect(hoisted("x", "python_operator_task", "'main': 'm', 'parameters': [{'name': 'x', 'value': '1'}]"),
         "'main': 'm', 'parameters': [{'name': 'x', 'value': '{{job.parameters.a__x}}'}]", "1");
  expect(hoisted("y", "python_operator_task", "'main': 'm', 'parameters': [{'name': 'x', 'value': '1'}]"),
         "'main': 'm', 'parameters': [{'name': 'x', 'value': '1'}, {'name': 'y', 'value': '{{job.parameters.a__y}}'}]",
         "");
}

TEST(LaunchValues, ReachAListByPosition) {
  for (const auto& [kind, task] :
       std::map<std::string, std::string>{{"spark_python_task", "'python_file': '/f.py', "},
                                          {"spark_jar_task", "'main_class_name': 'M', "},
                                          {"python_wheel_task", "'package_name': 'p', 'entry_point': 'e', "}}) {
    expect(hoisted("1", kind, task + "'parameters': ['zero', 'one']"),
           task + "'parameters': ['zero', '{{job.parameters.a__1}}']", "one");
  }
}

TEST(LaunchValues, ReachTheTaskInsideALoop) {
  expect(hoisted("x", "for_each_task",
                 "'inputs': '[1]', 'task': {'task_key': 'b', 'notebook_task': {'notebook_path': '/n', "
                 "'base_parameters': {'x': '1', 'region': '{{input}}'}}}"),
         "'inputs': '[1]', 'task': {'task_key': 'b', 'notebook_task': {'notebook_path': '/n', "
         "'base_parameters': {'x': '{{job.parameters.a__x}}', 'region': '{{input}}'}}}",
         "1");
}

TEST(LaunchValues, HaveNamesThatDatabricksTakesAndThatDoNotMeet) {
  const Compiled result = compiled(document(
      group_text("{'a': {'b__c': '1', 'with space.x': '2'}, 'a__b': {'c': '3'}}",
                 "{'task_key': 'a', 'notebook_task': {'notebook_path': '/n'}}, {'task_key': 'a__b', 'notebook_task': "
                 "{'notebook_path': '/n'}}")));
  std::set<std::string> names;
  for (const auto& [name, value] : result.run_parameters) names.insert(name);
  ASSERT_EQ(names.size(), 3u);
  EXPECT_TRUE(names.contains("a__with_space_x"));
  for (const std::string& name : names) {
    EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789"), std::string::npos) << name;
    EXPECT_TRUE(name.starts_with("a__b__c_") || name == "a__with_space_x") << name;
  }
}

Rules launch_rules(const std::string& task_parameters, const std::string& task, const std::string& more = {}) {
  const std::string anywhere = "'lint': {'no_compute': 'off'}, ";
  return lint_rules(group_text(task_parameters, "{'task_key': 'a', " + task + "}", anywhere + more));
}
constexpr char kNotebook[] = "'notebook_task': {'notebook_path': '/n'}";

TEST(LaunchValues, AreForTasksThatAreThere) {
  const std::vector<Finding> findings = lint(document(group_text("{'checks/row': {}, 'checks': {}, '': {}}", kRows)));
  EXPECT_EQ(rules(findings), (Rules{"unknown_task_path at /launch/task_parameters/checks~1row",
                                    "unknown_task_path at /launch/task_parameters/checks",
                                    "unknown_task_path at /launch/task_parameters/"}));
  EXPECT_EQ(findings[0].fix, "did you mean \"checks/rows\"?");
}

TEST(LaunchValues, AreTextsNumbersAndTruthValues) {
  EXPECT_EQ(launch_rules("{'a': {'x': [], 'y': null, 'z': {}, 'w': ''}}", kNotebook),
            (Rules{"wrong_type at /launch/task_parameters/a/x", "wrong_type at /launch/task_parameters/a/y",
                   "wrong_type at /launch/task_parameters/a/z"}));
  EXPECT_EQ(launch_rules("{'a': ['x']}", kNotebook), Rules{"wrong_type at /launch/task_parameters/a"});
  EXPECT_EQ(launch_rules("[]", kNotebook), Rules{"wrong_type at /launch/task_parameters"});
  EXPECT_EQ(launch_rules("{'a': {'': '1'}}", kNotebook), Rules{"bad_parameter_name at /launch/task_parameters/a/"});
}

TEST(LaunchValues, AreForKindsWithParameters) {
  for (const std::string kind :
       {"'condition_task': {'op': 'EQUAL_TO', 'left': '', 'right': ''}", "'dbt_task': {'commands': ['dbt run']}",
        "'sql_task': {'warehouse_id': 'w', 'alert': {'alert_id': 'a'}}", "'dashboard_task': {'dashboard_id': 'd'}"})
    EXPECT_EQ(launch_rules("{'a': {'x': '1'}}", kind), Rules{"no_task_parameters at /launch/task_parameters/a/x"})
        << kind;
}

TEST(LaunchValues, AreForPositionsThatAListHas) {
  const std::string task = "'spark_python_task': {'python_file': '/f.py', 'parameters': ['one', 'two']}";
  for (const std::string position : {"2", "-1", "01", "x", "1.0", "99999999999999999999"})
    EXPECT_EQ(launch_rules("{'a': {'" + position + "': '1'}}", task),
              Rules{"no_such_position at /launch/task_parameters/a/" + position});
  EXPECT_EQ(launch_rules("{'a': {'0': '1'}}", "'spark_python_task': {'python_file': '/f.py'}"),
            Rules{"no_such_position at /launch/task_parameters/a/0"});
}

TEST(LaunchValues, DoNotTakeTheNameOfADeclaredParameter) {
  EXPECT_EQ(launch_rules("{'a': {'x': '1'}}", kNotebook, "'parameters': [{'name': 'a__x', 'default': '1'}], "),
            Rules{"duplicate_parameter at /launch/task_parameters/a/x"});
  EXPECT_EQ(launch_rules("{'a': {'x': '1'}, '/a': {'x': '2'}}", kNotebook),
            Rules{"duplicate_parameter at /launch/task_parameters/~1a/x"});
}

TEST(LaunchValues, AreLimitedTogetherWithTheDefaults) {
  const std::string half(6'000, 'x');
  EXPECT_EQ(launch_rules("{'a': {'x': '" + half + "'}}", kNotebook,
                         "'parameters': [{'name': 'p', 'default': '" + half + "'}], "),
            Rules{"parameters_too_large at /launch/task_parameters"});
  EXPECT_EQ(launch_rules("{'a': {'x': '" + half + "'}}", kNotebook), Rules{});
}

TEST(LaunchValues, AreSeenByWhoMaySeeTheRun) {
  EXPECT_EQ(launch_rules("{'a': {'db_password': 'x'}}", kNotebook),
            Rules{"plain_secret at /launch/task_parameters/a/db_password"});
}

TEST(Launch, HasNothingElse) {
  EXPECT_EQ(lint_rules("{'launch': {'task_params': {}, 'jar_params': ['1']}, 'tasks': [{'task_key': 'a', " +
                       std::string(kNotebook) + "}]}"),
            (Rules{"unknown_launch at /launch/task_params", "no_effect at /launch/jar_params"}));
  EXPECT_EQ(lint_rules("{'launch': [], 'tasks': [{'group': 'g', 'launch': {}, 'tasks': [{'task_key': 'a', " +
                       std::string(kNotebook) + "}]}]}"),
            (Rules{"wrong_type at /launch", "job_member_in_group at /tasks/0/launch"}));
}

TEST(RunParameters, OfTheOldKindDoNotMixWithJobParameters) {
  for (const std::string member : {"notebook_params", "jar_params", "python_params", "python_named_params",
                                   "spark_submit_params", "sql_params", "dbt_commands"}) {
    const std::string text = "'" + member + "': {}, 'tasks': [{'task_key': 'a', " + kNotebook + "}]}";
    EXPECT_EQ(lint_rules("{" + text), Rules{"no_effect at /" + member});
    EXPECT_EQ(lint_rules("{'parameters': [], " + text), Rules{"no_effect at /" + member});
    EXPECT_EQ(lint_rules("{'parameters': [{'name': 'p', 'default': ''}], " + text),
              Rules{"mixed_parameters at /" + member});
    EXPECT_EQ(lint_rules("{'launch': {'task_parameters': {'a': {'x': 1}}}, " + text),
              Rules{"mixed_parameters at /" + member});
  }
}

TEST(RunParameters, OfTheAirflowDialectGoToTheRun) {
  const std::string text =
      "'dialect': 'airflow', 'jar_params': ['1'], 'tasks': [{'task_key': 'a', " + std::string(kNotebook) + "}]}";
  EXPECT_EQ(lint_rules("{" + text), Rules{});
  EXPECT_EQ(lint_rules("{'parameters': [{'name': 'p', 'default': ''}], " + text),
            Rules{"mixed_parameters at /jar_params"});
}

TEST(RunParameters, OfARunJobTaskDoNotMixEither) {
  const std::string run_job = "'run_job_task': {'job_id': 1, 'job_parameters': {'a': '1'}, 'jar_params': ['1']}";
  EXPECT_EQ(lint_rules("{'tasks': [{'task_key': 'a', " + run_job + "}]}"),
            Rules{"mixed_parameters at /tasks/0/run_job_task/jar_params"});
  EXPECT_EQ(lint_rules("{'tasks': [{'task_key': 'a', 'for_each_task': {'inputs': '[1]', 'task': {'task_key': 'b', " +
                       run_job + "}}}]}"),
            Rules{"mixed_parameters at /tasks/0/for_each_task/task/run_job_task/jar_params"});
  EXPECT_EQ(lint_rules("{'tasks': [{'task_key': 'a', 'run_job_task': {'job_id': 1, 'jar_params': ['1']}}]}"), Rules{});
}

TEST(RunParameters, OfARunJobTaskAreLimited) {
  const std::string large(10'000, 'x');
  EXPECT_EQ(lint_rules("{'tasks': [{'task_key': 'a', 'run_job_task': {'job_id': 1, 'job_parameters': {'a': '" + large +
                       "'}}}]}"),
            Rules{"parameters_too_large at /tasks/0/run_job_task/job_parameters"});
}

}  // namespace
}  // namespace brickwork::group
