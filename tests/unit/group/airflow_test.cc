#include <gtest/gtest.h>

#include "unit/group/documents.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;
using Rules = std::vector<std::string>;

// A group of the dialect with those members beside its identity.
std::string group(const std::string& members) {
  return "{'dialect': 'airflow', 'task_keys': 'md5', 'dag_id': 'd', 'group_id': 'wf', " + members + "}";
}

std::string task(const std::string& members) { return "{'task_key': 'a', " + members + "}"; }

constexpr const char* kNotebook = "'notebook_task': {'notebook_path': '/a', 'source': 'WORKSPACE'}";

Rules task_rules(const std::string& members) { return lint_rules(group("'tasks': [" + task(members) + "]")); }
Rules notebook_rules(const std::string& members) { return task_rules(std::string(kNotebook) + ", " + members); }
Rules config_rules(const std::string& members) {
  return task_rules("'task_config': {'run_job_task': {'job_id': 1}, " + members + "}");
}
Rules job_rules(const std::string& members) {
  return lint_rules(group(members + ", 'tasks': [" + task(kNotebook) + "]"));
}

json::object settings_of(const std::string& members) { return compiled(document(group(members))).settings; }

TEST(Airflow, OneNotebookIsTheProvidersWholeJob) {
  EXPECT_EQ(settings_of("'tasks': [" + task(kNotebook) + "]"), document(R"({
      'name': 'd.wf', 'email_notifications': {'no_alert_for_skipped_runs': false}, 'timeout_seconds': 0,
      'tasks': [{'task_key': 'eda84cb34dd0af0bb390b98fddbbe4e8', 'depends_on': [], 'timeout_seconds': 0,
                 'email_notifications': {}, 'libraries': [],
                 'notebook_task': {'notebook_path': '/a', 'source': 'WORKSPACE', 'base_parameters': {}}}],
      'format': 'MULTI_TASK', 'job_clusters': [], 'max_concurrent_runs': 1})"));
}

TEST(Airflow, TheGroupsParametersWinFromTheOutsideIn) {
  const json::object settings = settings_of(R"('defaults': {'notebook_params': {'p': 'outer'}}, 'tasks': [
      {'group': 'g', 'defaults': {'notebook_params': {'p': 'inner', 'q': 'inner'}}, 'tasks': [
        {'task_key': 'a', 'notebook_task': {'notebook_path': '/a',
                                            'base_parameters': {'p': 'own', 'q': 'own', 'r': 'own'}}}]}])");
  EXPECT_EQ(settings.at("tasks").at(0).at("notebook_task").at("base_parameters"),
            document("{'p': 'outer', 'q': 'inner', 'r': 'own'}"));
}

TEST(Airflow, WithoutTheDialectTheTasksParametersWin) {
  const Compiled plain = compiled(R"({'defaults': {'notebook_params': {'p': 'group'}}, 'tasks': [{'task_key': 'a',
      'notebook_task': {'notebook_path': '/a', 'base_parameters': {'p': 'own'}}}]})");
  EXPECT_EQ(task_of(plain, "a").at("notebook_task").at("base_parameters"), document("{'p': 'own'}"));
  EXPECT_TRUE(plain.run_now.empty());
}

TEST(Airflow, ATaskConfigIsSentAsItIs) {
  const json::object settings = settings_of(R"('defaults': {'notebook_params': {'p': '1'},
      'libraries': [{'pypi': {'package': 'x'}}]}, 'tasks': [{'task_key': 'a', 'retry_on_timeout': ' Yes ',
      'max_retries': '2', 'task_config': {'notebook_task': {'notebook_path': '/a'}, 'max_retries': 5, 'new': null}}])");
  EXPECT_EQ(settings.at("tasks").at(0), document(R"({'task_key': 'eda84cb34dd0af0bb390b98fddbbe4e8', 'depends_on': [],
      'max_retries': 2, 'retry_on_timeout': true, 'notebook_task': {'notebook_path': '/a'}, 'new': null})"));
}

TEST(Airflow, AHandedOverDocumentAndAConstantOneCompileToTheSame) {
  const json::value written = document(group(R"('extra_job_params': {'tags': {'t': '1'}, 'name': 'n'}, 'tasks': [
      {'task_key': 'a', 'trigger_rule': 'one_failed', 'task_config': {'run_if': 'ALL_DONE', 'run_job_task': {'job_id': 1}}},
      {'task_key': 'b', 'depends_on': ['a'], 'task_config': {'run_job_task': {'job_id': 1}}}])"));
  const json::value before = written;
  const Compiled from_constant = compiled(written);
  EXPECT_EQ(written, before);
  Result<Compiled> handed_over = compile(json::value(written));
  ASSERT_TRUE(handed_over.ok());
  EXPECT_EQ(handed_over.value().settings, from_constant.settings);
  EXPECT_EQ(handed_over.value().digest, from_constant.digest);
  EXPECT_EQ(from_constant.settings.at("name"), "n");
  EXPECT_EQ(from_constant.settings.at("tasks").at(0).at("run_if"), "AT_LEAST_ONE_FAILED");
}

TEST(Airflow, PrefixesOfIdsStopAtAGroupThatGivesNone) {
  const json::object settings = settings_of(R"('tasks': [{'group': 'sub', 'tasks': [
      {'task_key': 'n', 'task_config': {'run_job_task': {'job_id': 1}}},
      {'group': 'flat', 'prefix_keys': false, 'tasks': [
        {'task_key': 'wf.a', 'task_config': {'run_job_task': {'job_id': 1}}}]}]}])");
  EXPECT_EQ(settings.at("tasks").at(0).at("task_key"), "cfdc054718f65b2cce99606bf3eb18f1");  // d__wf.sub.n
  EXPECT_EQ(settings.at("tasks").at(1).at("task_key"), "eda84cb34dd0af0bb390b98fddbbe4e8");  // d__wf.a
}

TEST(Airflow, TheOutermostGroupMayGiveNoPrefixToIds) {
  const Compiled job = compiled(document(group("'prefix_keys': false, 'tasks': [" + task(kNotebook) + "]")));
  EXPECT_EQ(job.tasks.at(0).task_key, "0bfea122aab8573542d06083b39c4a2c");  // d__a
  EXPECT_TRUE(job.findings.empty());
}

TEST(Airflow, ParametersOfOtherKindsAreInheritedButNotByATaskConfig) {
  const json::object settings = settings_of(R"('defaults': {'python_params': ['1']}, 'tasks': [
      {'task_key': 'a', 'spark_python_task': {'python_file': '/a.py'}},
      {'task_key': 'b', 'task_config': {'spark_python_task': {'python_file': '/a.py'}}}])");
  EXPECT_TRUE(settings.at("tasks").at(0).at("spark_python_task").as_object().contains("parameters"));
  EXPECT_FALSE(settings.at("tasks").at(1).at("spark_python_task").as_object().contains("parameters"));
}

TEST(Airflow, AFullTaskIdStandsForThePath) {
  EXPECT_EQ(settings_of("'tasks': [" + task(std::string(kNotebook) + ", 'task_id': 'outer.wf.a'") + "]")
                .at("tasks")
                .at(0)
                .at("task_key"),
            "d010b134b2d8b9de862df6361c1e51f2");
}

TEST(Airflow, WithoutMd5KeysAreReadable) {
  const Compiled job = compiled(R"({'dialect': 'airflow', 'name': 'n', 'tasks': [
      {'group': 'checks', 'tasks': [{'task_key': 'rows', 'notebook_task': {'notebook_path': '/a'}}]},
      {'task_key': 'b', 'databricks_task_key': 'mine', 'depends_on': ['checks'],
       'notebook_task': {'notebook_path': '/a'}}]})");
  EXPECT_EQ(job.tasks.at(0).task_key, "checks__rows");
  EXPECT_EQ(upstreams(job, "mine"), std::set<std::string>{"checks__rows"});
}

TEST(Airflow, WhatIsWrongWithTheIdentity) {
  EXPECT_EQ(lint_rules("{'dialect': 'airflow', 'task_keys': 'md5', 'tasks': [" + task(kNotebook) + "]}"),
            (Rules{"missing_member at ", "missing_member at "}));
  EXPECT_EQ(lint_rules("{'dialect': 'airflow', 'dag_id': '', 'tasks': [" + task(kNotebook) + "]}"),
            (Rules{"missing_member at ", "missing_member at /dag_id"}));
  EXPECT_EQ(lint_rules("{'dialect': 'airflow', 'task_keys': 'sha1', 'tasks': [" + task(kNotebook) + "]}"),
            Rules{"bad_task_keys at /task_keys"});
  EXPECT_EQ(job_rules("'name': 'n'"), Rules{"one_of at /name"});
  EXPECT_EQ(job_rules("'dag_id': 7"), Rules{"wrong_type at /dag_id"});
}

TEST(Airflow, WhatIsWrongWithTheJob) {
  EXPECT_EQ(job_rules("'existing_clusters': ['e']"), Rules{"no_effect at /existing_clusters"});
  EXPECT_EQ(job_rules("'jar_params': [1]"), Rules{"wrong_type at /jar_params/0"});
  EXPECT_EQ(job_rules("'extra_job_parms': {}"), Rules{"unknown_member at /extra_job_parms"});
  EXPECT_EQ(job_rules("'extra_job_params': []"), Rules{"wrong_type at /extra_job_params"});
  EXPECT_EQ(
      job_rules("'extra_job_params': {'policy': {}, 'dag_id': 'x'}"),
      (Rules{"bad_extra_job_params at /extra_job_params/policy", "bad_extra_job_params at /extra_job_params/dag_id"}));
  EXPECT_EQ(job_rules("'extra_job_params': {'tasks': []}"), Rules{"tasks_replaced at /extra_job_params/tasks"});
  EXPECT_EQ(job_rules("'defaults': {'trigger_rule': 'all_done'}"), Rules{"bad_default at /defaults/trigger_rule"});
}

TEST(Airflow, FindingsPointToWhereTheValueWasWritten) {
  EXPECT_EQ(job_rules("'extra_job_params': {'max_concurrent_runs': -1}"),
            Rules{"out_of_range at /extra_job_params/max_concurrent_runs"});
  EXPECT_EQ(job_rules("'tags': {'b': '1'}, 'extra_job_params': {'queue': 7}"),
            Rules{"wrong_type at /extra_job_params/queue"});
  EXPECT_EQ(config_rules("'max_retries': 'x'"), Rules{"wrong_type at /tasks/0/task_config/max_retries"});
  EXPECT_EQ(task_rules("'task_config': {'sql_task': {}}"),
            (Rules{"missing_member at /tasks/0/task_config/sql_task", "one_of at /tasks/0/task_config/sql_task"}));
  EXPECT_EQ(notebook_rules("'max_retries': 'x'"), Rules{"wrong_type at /tasks/0/max_retries"});
}

TEST(Airflow, WhatIsWrongWithATask) {
  EXPECT_EQ(notebook_rules("'trigger_rule': 'all_dun'"), Rules{"bad_trigger_rule at /tasks/0/trigger_rule"});
  EXPECT_EQ(notebook_rules("'trigger_rule': 'one_done'"), Rules{"trigger_rule_dropped at /tasks/0/trigger_rule"});
  EXPECT_EQ(notebook_rules("'new_cluster': {'num_workers': 1}"), Rules{"no_effect at /tasks/0/new_cluster"});
  EXPECT_EQ(notebook_rules("'execution_timeout': 0.5"), Rules{"out_of_range at /tasks/0/execution_timeout"});
  EXPECT_EQ(notebook_rules("'execution_timeout': '90'"), Rules{"wrong_type at /tasks/0/execution_timeout"});
  EXPECT_EQ(notebook_rules("'execution_timeout': 9, 'timeout_seconds': 9"), Rules{"one_of at /tasks/0"});
  EXPECT_EQ(notebook_rules("'databricks_task_key': 'a.b'"), Rules{"bad_task_key at /tasks/0/databricks_task_key"});
  EXPECT_EQ(notebook_rules("'databricks_task_key': '" + std::string(101, 'x') + "'"),
            Rules{"task_key_replaced at /tasks/0/databricks_task_key"});
  EXPECT_EQ(notebook_rules("'triger_rule': 'all_done'"), Rules{"unknown_member at /tasks/0/triger_rule"});
  EXPECT_EQ(task_rules("'task_config': []"), (Rules{"no_task_kind at /tasks/0", "wrong_type at /tasks/0/task_config"}));
}

TEST(Airflow, WhatIsWrongWithATaskConfig) {
  EXPECT_EQ(config_rules("'task_key': 'zzz'"), Rules{"no_effect at /tasks/0/task_config/task_key"});
  EXPECT_EQ(config_rules("'depends_on': 7"), Rules{"wrong_type at /tasks/0/task_config/depends_on"});
  EXPECT_EQ(config_rules("'depends_on': ['a', {'task_key': 'a'}]"),
            (Rules{"wrong_type at /tasks/0/task_config/depends_on/0",
                   "unknown_dependency at /tasks/0/task_config/depends_on/1"}));
  EXPECT_EQ(task_rules("'execution_timeout': 9, 'task_config': {'run_job_task': {'job_id': 1}}"),
            Rules{"no_effect at /tasks/0/execution_timeout"});
  EXPECT_EQ(lint_rules(group("'tasks': [{'task_key': 'b', 'run_job_task': {'job_id': 1}}, " +
                             task("'depends_on': ['b'], 'task_config': {'run_job_task': {'job_id': 1}, "
                                  "'depends_on': []}") +
                             "]")),
            Rules{"depends_on_replaced at /tasks/1/task_config/depends_on"});
}

TEST(Airflow, TwoTasksWithOneKey) {
  const std::string key = "'databricks_task_key': 'twice', 'run_job_task': {'job_id': 1}}";
  EXPECT_EQ(lint_rules(group("'tasks': [{'task_key': 'a', " + key + ", {'task_key': 'b', " + key + "]")),
            Rules{"duplicate_task_key at /tasks/1/databricks_task_key"});
  EXPECT_EQ(lint_rules(group("'tasks': [{'task_key': 'a', 'run_job_task': {'job_id': 1}}, {'task_key': 'b', "
                             "'task_id': 'wf.a', 'run_job_task': {'job_id': 1}}]")),
            Rules{"duplicate_task_key at /tasks/1/task_id"});
}

TEST(Airflow, FindingsComeInTheOrderOfTheText) {
  EXPECT_EQ(lint_rules(group("'tasks': [" +
                             task("'task_config': {'new_cluster': 1, 'notebook_task': 7, 'max_retries': 'x'}, "
                                  "'trigger_rule': 'x'") +
                             ", {'task_key': 'b', 'max_retries': 'x', " + kNotebook +
                             "}], 'extra_job_params': {'queue': 1, 'tags': 1}")),
            (Rules{"wrong_type at /tasks/0/task_config/new_cluster", "wrong_type at /tasks/0/task_config/notebook_task",
                   "wrong_type at /tasks/0/task_config/max_retries", "bad_trigger_rule at /tasks/0/trigger_rule",
                   "wrong_type at /tasks/1/max_retries", "wrong_type at /extra_job_params/queue",
                   "wrong_type at /extra_job_params/tags"}));
}

}  // namespace
}  // namespace brickwork::group
