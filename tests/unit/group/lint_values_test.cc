// Findings about what tasks are given: references, secrets, clusters, sources, inputs.
#include <gtest/gtest.h>

#include "unit/group/documents.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;
using Rules = std::vector<std::string>;

// `value` as a notebook parameter of the second task, which waits for the first and not for the third.
std::vector<Finding> findings_for(const std::string& value, const std::string& name = "p") {
  json::value group = document(R"({'parameters': [{'name': 'state', 'default': 'Iowa'}], 'tasks': [
      {'task_key': 'first', 'run_job_task': {'job_id': 1}},
      {'task_key': 'second', 'depends_on': ['first'], 'notebook_task': {'notebook_path': '/n', 'base_parameters': {}}},
      {'task_key': 'third', 'run_job_task': {'job_id': 1}},
      {'group': 'checks', 'tasks': [{'task_key': 'rows', 'run_job_task': {'job_id': 1}}]}]})");
  group.at("tasks").at(1).at("notebook_task").at("base_parameters").get_object()[name] = value;
  return lint(group);
}

std::string rule_for(const std::string& value) {
  const std::vector<Finding> findings = findings_for(value);
  if (findings.empty()) return "";
  EXPECT_EQ(findings[0].severity, Finding::Severity::kWarning);
  EXPECT_EQ(findings[0].pointer, "/tasks/1/notebook_task/base_parameters/p");
  return findings[0].rule;
}

TEST(References, OfDatabricksAreLeftAlone) {
  for (const std::string value :
       {"{{job.id}}", "{{ job.run_id }}", "{{job.start_time.iso_date}}", "{{job.parameters.state}}", "{{task.name}}",
        "{{tasks.first.values.rows}}", "{{tasks.first.result_state}}", "{{workspace.url}}", "{{run_id}}",
        "{{start_date}}", "no reference", "{{", "{{}}", "{{ not (a) reference }}", "a {{job.id}} b {{job.name}}"})
    EXPECT_EQ(rule_for(value), "") << value;
}

TEST(References, ThatLeadNowhereAreFound) {
  EXPECT_EQ(rule_for("{{jobs.id}}"), "unknown_reference");
  EXPECT_EQ(rule_for("{{job.parameters.county}}"), "unknown_parameter");
  EXPECT_EQ(rule_for("{{tasks.fourth.values.x}}"), "unknown_task_reference");
  EXPECT_EQ(rule_for("{{tasks.third.values.x}}"), "reference_not_upstream");
  EXPECT_EQ(rule_for("{{input.a}}"), "input_outside_loop");
  EXPECT_EQ(rule_for("{{job.id}} and {{jbo.id}}"), "unknown_reference");
}

TEST(References, ToATaskOfAGroupNeedItsKey) {
  const std::vector<Finding> findings = findings_for("{{tasks.rows.values.x}}");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].fix, "its key is \"checks__rows\"");
}

TEST(References, ToTheInputStandInsideALoop) {
  EXPECT_EQ(lint_rules(R"({'tasks': [{'task_key': 'a', 'for_each_task': {'inputs': '[1]', 'task': {'task_key': 'b',
      'notebook_task': {'notebook_path': '/n', 'base_parameters': {'x': '{{input}}'}}}}}]})"),
            Rules{});
}

TEST(Secrets, InPlainTextAreFoundAndNeverRepeated) {
  const std::string token = "dapi0123456789abcdef0123456789abcdef";
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"p", token},
                                                        {"p", "AKIAABCDEFGHIJKLMNOP"},
                                                        {"p", "-----BEGIN PRIVATE KEY-----"},
                                                        {"password", "hunter2"},
                                                        {"db_password", "hunter2"},
                                                        {"API-KEY", "hunter2"},
                                                        {"client.secret", "hunter2"}}) {
    const std::vector<Finding> findings = findings_for(value, name);
    ASSERT_EQ(findings.size(), 1u) << name;
    EXPECT_EQ(findings[0].rule, "plain_secret");
    EXPECT_EQ(findings[0].message.find(value), std::string::npos);
    EXPECT_EQ(findings[0].fix.find(value), std::string::npos);
  }
}

TEST(Secrets, AreNotSeenWhereThereAreNone) {
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"password", "{{tasks.first.values.x}}"},
                                                        {"password", ""},
                                                        {"token_count", "5"},
                                                        {"secret_scope", "s"},
                                                        {"password_file", "/x"},
                                                        {"p", "dapi"}})
    EXPECT_TRUE(findings_for(value, name).empty()) << name;
}

TEST(Secrets, AreFoundInJobParametersAndDefaults) {
  EXPECT_EQ(
      lint_rules(R"({'parameters': [{'name': 'token', 'default': 'x'}], 'defaults': {'notebook_params': {'token': 'x'}},
      'tasks': [{'task_key': 'a', 'run_job_task': {'job_id': 1}}]})"),
      (Rules{"plain_secret at /parameters/0/default", "plain_secret at /defaults/notebook_params/token"}));
}

std::vector<std::string> task_rules(const std::string& members) {
  return lint_rules("{'tasks': [{'task_key': 'a', " + members + "}]}");
}

TEST(Spelling, OfMembersIsCompared) {
  const std::vector<Finding> findings =
      lint(document("{'tasks': [{'task_key': 'a', 'depend_on': [], 'run_job_task': {'job_id': 1}}]}"));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].rule, "unknown_member");
  EXPECT_EQ(findings[0].fix, "did you mean \"depends_on\"?");
  EXPECT_EQ(task_rules("'notebook_task': {'notebook_path': '/n', 'base_paramters': {}}"),
            Rules{"unknown_member at /tasks/0/notebook_task/base_paramters"});
  EXPECT_EQ(lint_rules("{'nmae': 'x', 'triggers': [], 'tasks': [{'task_key': 'a', 'run_job_task': {'job_id': 1}}]}"),
            Rules{"unknown_member at /nmae"});
}

TEST(Spelling, OfKindsIsCompared) {
  const std::vector<Finding> findings = lint(document("{'tasks': [{'task_key': 'a', 'notbook_task': {}}]}"));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].fix, "did you mean \"notebook_task\"?");
}

TEST(Clusters, ThatCannotBeAreFound) {
  const std::string kind = "'notebook_task': {'notebook_path': '/n'}, 'new_cluster': ";
  EXPECT_EQ(task_rules(kind + "{'autoscale': {'min_workers': 5, 'max_workers': 2}}"),
            Rules{"bad_autoscale at /tasks/0/new_cluster/autoscale"});
  EXPECT_EQ(task_rules(kind + "{'num_workers': 2, 'autoscale': {'min_workers': 1, 'max_workers': 2}}"),
            Rules{"one_of at /tasks/0/new_cluster"});
  EXPECT_EQ(task_rules(kind + "{'num_workers': 0}"), Rules{"single_node at /tasks/0/new_cluster/num_workers"});
  EXPECT_EQ(task_rules(kind + "{'num_workers': 0, 'spark_conf': {'spark.databricks.cluster.profile': 'singleNode'}}"),
            Rules{});
}

TEST(Fit, OfMembersToTheKind) {
  const std::string condition = "'condition_task': {'op': 'EQUAL_TO', 'left': '', 'right': ''}";
  EXPECT_EQ(task_rules(condition + ", 'max_retries': 1"), Rules{"no_effect at /tasks/0/max_retries"});
  EXPECT_EQ(task_rules(condition + ", 'existing_cluster_id': 'c'"), Rules{"no_effect at /tasks/0/existing_cluster_id"});
  EXPECT_EQ(
      lint_rules(R"({'environments': [{'environment_key': 'e'}], 'tasks': [{'task_key': 'a', 'environment_key': 'e',
      'libraries': [{'jar': 'j'}], 'spark_python_task': {'python_file': 'f'}}]})"),
      Rules{"libraries_with_environment at /tasks/0/libraries"});
}

TEST(Sources, FromGitNeedAGitSource) {
  EXPECT_EQ(task_rules("'notebook_task': {'notebook_path': 'n', 'source': 'GIT'}"),
            Rules{"no_git_source at /tasks/0/notebook_task/source"});
  EXPECT_EQ(task_rules("'notebook_task': {'notebook_path': 'n', 'source': 'SVN'}"),
            Rules{"bad_source at /tasks/0/notebook_task/source"});
  EXPECT_EQ(lint_rules(R"({'git_source': {'git_url': 'u', 'git_provider': 'gitHub', 'git_branch': 'b', 'git_tag': 't'},
      'tasks': [{'task_key': 'a', 'notebook_task': {'notebook_path': 'n', 'source': 'GIT'}}]})"),
            Rules{"one_of at /git_source"});
  EXPECT_EQ(lint_rules(R"({'git_source': {'git_url': 'u', 'git_provider': 'sourceforge'},
      'tasks': [{'task_key': 'a', 'run_job_task': {'job_id': 1}}]})"),
            Rules{"bad_git_provider at /git_source/git_provider"});
}

TEST(Loops, GoThroughAnArrayOrAReference) {
  const auto loop = [](const std::string& inputs) {
    return task_rules("'for_each_task': {'inputs': '" + inputs +
                      "', 'task': {'task_key': 'b', 'run_job_task': {'job_id': 1}}}");
  };
  EXPECT_EQ(loop("[1, 2]"), Rules{});
  EXPECT_EQ(loop("{{job.parameters.x}}"), Rules{"unknown_parameter at /tasks/0/for_each_task/inputs"});
  EXPECT_EQ(loop("1, 2"), Rules{"bad_inputs at /tasks/0/for_each_task/inputs"});
  EXPECT_EQ(loop("{}"), Rules{"bad_inputs at /tasks/0/for_each_task/inputs"});
  EXPECT_EQ(loop("[" + std::string(10'000, ' ') + "]"), Rules{"too_long at /tasks/0/for_each_task/inputs"});
}

TEST(Format, OfTheOldApiIsRefused) {
  EXPECT_EQ(lint_rules("{'notebook_task': {'notebook_path': '/n'}}"),
            (Rules{"empty_group at ", "single_task_format at /notebook_task"}));
}

// What one group chooses an inner one may refuse: then the tasks inside have nothing to run on, unless it chooses, too.
TEST(Compute, ThatIsRefusedByNullIsNone) {
  const auto rules_with = [](const std::string& inner) {
    return lint_rules(R"({'environments': [{'environment_key': 'e'}],
        'job_clusters': [{'job_cluster_key': 'm', 'new_cluster': {}}], 'defaults': {'job_cluster_key': 'm'}, 'tasks': [
        {'task_key': 'a', 'environment_key': 'e', 'spark_python_task': {'python_file': '/f.py'}},
        {'group': 'g', 'defaults': {)" +
                      inner + R"(}, 'tasks': [
        {'task_key': 'b', 'spark_python_task': {'python_file': '/f.py'}}]}]})");
  };
  EXPECT_EQ(rules_with(""), Rules{});
  EXPECT_EQ(rules_with("'environment_key': null"), Rules{"no_compute at /tasks/1/tasks/0"});
  EXPECT_EQ(rules_with("'job_cluster_key': null"), Rules{"no_compute at /tasks/1/tasks/0"});
  EXPECT_EQ(rules_with("'job_cluster_key': null, 'environment_key': 'e'"), Rules{});
}

}  // namespace
}  // namespace brickwork::group
