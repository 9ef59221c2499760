#include <gtest/gtest.h>

#include "unit/group/documents.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;
using Rules = std::vector<std::string>;

Finding only(std::string text) {
  const std::vector<Finding> findings = lint(document(std::move(text)));
  if (findings.size() != 1) {
    ADD_FAILURE() << findings.size() << " findings";
    for (const std::string& rule : rules(findings)) ADD_FAILURE() << rule;
  }
  return findings.empty() ? Finding{} : findings.front();
}

// A task in the middle of a good group.
std::vector<std::string> task_rules(const std::string& members) {
  return lint_rules("{'tasks': [{'task_key': 'first', 'run_job_task': {'job_id': 1}}, {" + members + "}]}");
}

TEST(Lint, ADocumentThatIsNoObject) {
  for (const std::string text : {"[]", "1", "'x'", "null"}) EXPECT_EQ(only(text).rule, "not_an_object");
}

// A group G and a task without a key in a group g: their keys would differ in case, but there is none to point to.
TEST(LintTasks, AMissingKeyIsComparedWithNothing) {
  EXPECT_EQ(lint_rules("{'tasks': [{'group': 'G', 'tasks': [{'run_job_task': {'job_id': 1}}]},"
                       "{'group': 'g', 'tasks': [{'run_job_task': {'job_id': 1}}]}]}"),
            (Rules{"missing_task_key at /tasks/0/tasks/0", "missing_task_key at /tasks/1/tasks/0"}));
}

TEST(Lint, AGroupWithoutTasks) {
  EXPECT_EQ(lint_rules("{}"), Rules{"empty_group at "});
  EXPECT_EQ(lint_rules("{'tasks': []}"), Rules{"empty_group at /tasks"});
  EXPECT_EQ(lint_rules("{'tasks': null}"), Rules{"empty_group at /tasks"});
  EXPECT_EQ(lint_rules("{'tasks': 7}"), Rules{"wrong_type at /tasks"});
  EXPECT_EQ(lint_rules("{'tasks': [7]}"), (Rules{"empty_group at /tasks", "wrong_type at /tasks/0"}));
}

TEST(Lint, AnUnknownDependencyIsAnsweredWithTheNearestName) {
  const Finding finding = only(R"({'tasks': [{'task_key': 'join_data', 'run_job_task': {'job_id': 1}},
      {'task_key': 'next', 'depends_on': ['join_dta'], 'run_job_task': {'job_id': 1}}]})");
  EXPECT_EQ(finding.rule, "unknown_dependency");
  EXPECT_EQ(finding.pointer, "/tasks/1/depends_on/0");
  EXPECT_NE(finding.message.find("\"next\" depends on \"join_dta\""), std::string::npos);
  EXPECT_EQ(finding.fix, "did you mean \"join_data\"?");
}

TEST(Lint, AnUnknownDependencyOnATaskOfAnotherGroupIsAnsweredWithItsPath) {
  EXPECT_EQ(only(R"({'tasks': [{'group': 'checks', 'tasks': [{'task_key': 'rows', 'run_job_task': {'job_id': 1}}]},
      {'task_key': 'next', 'depends_on': [{'task_key': 'checks__rows'}], 'run_job_task': {'job_id': 1}}]})")
                .fix,
            "did you mean \"checks/rows\"?");
}

TEST(Lint, ACycleIsShownWhole) {
  const Finding finding = only(R"({'tasks': [{'task_key': 'a', 'depends_on': ['c'], 'run_job_task': {'job_id': 1}},
      {'task_key': 'b', 'depends_on': ['a'], 'run_job_task': {'job_id': 1}},
      {'task_key': 'c', 'depends_on': ['b'], 'run_job_task': {'job_id': 1}}]})");
  EXPECT_EQ(finding.rule, "cycle");
  EXPECT_EQ(finding.pointer, "/tasks/0/depends_on/0");
  EXPECT_NE(finding.message.find("a -> c -> b -> a"), std::string::npos) << finding.message;
}

TEST(Lint, ACycleThroughGroupsIsShownWithThem) {
  const Finding finding = only(R"({'tasks': [
      {'group': 'g', 'depends_on': ['last'], 'tasks': [{'task_key': 'a', 'run_job_task': {'job_id': 1}}]},
      {'task_key': 'last', 'depends_on': ['g'], 'run_job_task': {'job_id': 1}}]})");
  EXPECT_EQ(finding.rule, "cycle");
  EXPECT_EQ(finding.pointer, "/tasks/0/depends_on/0");
  EXPECT_NE(finding.message.find("g -> last -> g"), std::string::npos) << finding.message;
}

TEST(Lint, ATaskCannotWaitForItselfOrForItsOwnGroup) {
  EXPECT_EQ(lint_rules("{'tasks': [{'task_key': 'a', 'depends_on': ['a'], 'run_job_task': {'job_id': 1}}]}"),
            Rules{"cycle at /tasks/0/depends_on/0"});
  EXPECT_EQ(lint_rules(R"({'tasks': [{'group': 'g', 'tasks': [{'task_key': 'a', 'depends_on': ['g'],
      'run_job_task': {'job_id': 1}}]}]})"),
            Rules{"cycle at /tasks/0/tasks/0/depends_on/0"});
}

TEST(Lint, TwoCyclesAreTwoFindings) {
  EXPECT_EQ(lint_rules(R"({'tasks': [{'task_key': 'a', 'depends_on': ['b'], 'run_job_task': {'job_id': 1}},
      {'task_key': 'b', 'depends_on': ['a'], 'run_job_task': {'job_id': 1}},
      {'task_key': 'c', 'depends_on': ['d'], 'run_job_task': {'job_id': 1}},
      {'task_key': 'd', 'depends_on': ['c'], 'run_job_task': {'job_id': 1}}]})"),
            (Rules{"cycle at /tasks/0/depends_on/0", "cycle at /tasks/2/depends_on/0"}));
}

TEST(Lint, NamesOfTasks) {
  EXPECT_EQ(task_rules("'task_key': 'first', 'run_job_task': {'job_id': 1}"),
            Rules{"duplicate_key at /tasks/1/task_key"});
  EXPECT_EQ(task_rules("'group': 'first', 'tasks': [{'task_key': 'x', 'run_job_task': {'job_id': 1}}]"),
            Rules{"duplicate_key at /tasks/1/group"});
  EXPECT_EQ(task_rules("'task_key': '', 'run_job_task': {'job_id': 1}"), Rules{"empty_task_key at /tasks/1/task_key"});
  EXPECT_EQ(task_rules("'run_job_task': {'job_id': 1}"), Rules{"missing_task_key at /tasks/1"});
  EXPECT_EQ(task_rules("'task_key': 5, 'run_job_task': {'job_id': 1}"), Rules{"wrong_type at /tasks/1/task_key"});
  EXPECT_EQ(task_rules("'task_key': 'a/b', 'run_job_task': {'job_id': 1}"), Rules{"bad_task_key at /tasks/1/task_key"});
  EXPECT_EQ(task_rules("'task_key': 'a', 'group': 'g', 'tasks': [{'task_key': 'x', 'run_job_task': {'job_id': 1}}]"),
            Rules{"group_and_task at /tasks/1/task_key"});
}

TEST(Lint, KindsOfTasks) {
  EXPECT_EQ(task_rules("'task_key': 'a'"), Rules{"no_task_kind at /tasks/1"});
  EXPECT_EQ(task_rules("'task_key': 'a', 'run_job_task': {'job_id': 1}, 'notebook_task': {'notebook_path': '/x'}"),
            Rules{"two_task_kinds at /tasks/1"});
  EXPECT_EQ(task_rules("'task_key': 'a', 'notbook_task': {}"), Rules{"unknown_kind at /tasks/1/notbook_task"});
  EXPECT_EQ(task_rules("'task_key': 'a', 'notebook_task': {}"), Rules{"missing_member at /tasks/1/notebook_task"});
  EXPECT_EQ(task_rules("'task_key': 'a', 'notebook_task': 'x'"), Rules{"wrong_type at /tasks/1/notebook_task"});
  EXPECT_EQ(task_rules("'task_key': 'a', 'condition_task': {'op': 'IS', 'left': '', 'right': ''}"),
            Rules{"bad_condition_op at /tasks/1/condition_task/op"});
  EXPECT_EQ(task_rules("'task_key': 'a', 'sql_task': {'warehouse_id': 'w'}"), Rules{"one_of at /tasks/1/sql_task"});
  EXPECT_EQ(task_rules("'task_key': 'a', 'existing_cluster_id': 'c', 'dbt_task': {'commands': ['dbt run', 'rm -rf']}"),
            Rules{"bad_dbt_command at /tasks/1/dbt_task/commands/1"});
}

TEST(Lint, AnUnknownKindIsAWarningOnly) {
  const std::vector<Finding> findings = lint(document("{'tasks': [{'task_key': 'a', 'future_task': {}}]}"));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].severity, Finding::Severity::kWarning);
  EXPECT_NE(findings[0].message.find("unknown kind"), std::string::npos);
  EXPECT_NE(findings[0].message.find("passed on"), std::string::npos);
}

TEST(Lint, LoopsInLoops) {
  EXPECT_EQ(task_rules(R"('task_key': 'a', 'for_each_task': {'inputs': '[]', 'task': {'task_key': 'b',
      'for_each_task': {'inputs': '[]', 'task': {'task_key': 'c', 'run_job_task': {'job_id': 1}}}}})"),
            Rules{"for_each_nesting at /tasks/1/for_each_task/task/for_each_task"});
  EXPECT_EQ(task_rules("'task_key': 'a', 'for_each_task': {'inputs': '[]', 'task': {'task_key': 'b', 'group': 'g'}}"),
            Rules{"for_each_over_group at /tasks/1/for_each_task/task/group"});
}

TEST(Lint, ComputeOfTasks) {
  EXPECT_EQ(
      task_rules(
          "'task_key': 'a', 'existing_cluster_id': 'c', 'new_cluster': {}, 'notebook_task': {'notebook_path': '/n'}"),
      Rules{"two_computes at /tasks/1"});
  EXPECT_EQ(task_rules("'task_key': 'a', 'job_cluster_key': 'c', 'notebook_task': {'notebook_path': '/n'}"),
            Rules{"unknown_job_cluster_key at /tasks/1/job_cluster_key"});
  EXPECT_EQ(task_rules("'task_key': 'a', 'environment_key': 'e', 'notebook_task': {'notebook_path': '/n'}"),
            Rules{"unknown_environment_key at /tasks/1/environment_key"});
  EXPECT_EQ(lint_rules(R"({'defaults': {'job_cluster_key': 'c', 'environment_key': 'e'},
      'tasks': [{'task_key': 'a', 'run_job_task': {'job_id': 1}}]})"),
            (Rules{"two_computes at /defaults", "unknown_job_cluster_key at /defaults/job_cluster_key",
                   "unknown_environment_key at /defaults/environment_key"}));
}

TEST(Lint, MembersOfTasks) {
  EXPECT_EQ(task_rules("'task_key': 'a', 'run_if': 'SOMETIMES', 'run_job_task': {'job_id': 1}"),
            Rules{"bad_run_if at /tasks/1/run_if"});
  EXPECT_EQ(task_rules("'task_key': 'a', 'max_retries': -2, 'run_job_task': {'job_id': 1}"),
            Rules{"out_of_range at /tasks/1/max_retries"});
  EXPECT_EQ(
      task_rules(
          "'task_key': 'a', 'timeout_seconds': 'soon', 'libraries': [1], 'notebook_task': {'notebook_path': '/n'}"),
      (Rules{"wrong_type at /tasks/1/timeout_seconds", "wrong_type at /tasks/1/libraries/0"}));
  EXPECT_EQ(task_rules("'task_key': 'a', 'depends_on': 'first', 'run_job_task': {'job_id': 1}"),
            Rules{"wrong_type at /tasks/1/depends_on"});
  EXPECT_EQ(
      task_rules(
          "'task_key': 'a', 'depends_on': [{'task_key': 'first', 'outcome': 'true'}], 'run_job_task': {'job_id': 1}"),
      Rules{"outcome_without_condition at /tasks/1/depends_on/0/outcome"});
  EXPECT_EQ(task_rules("'task_key': 'a', 'depends_on': ['first', 'first'], 'run_job_task': {'job_id': 1}"),
            Rules{"duplicate_dependency at /tasks/1/depends_on/1"});
}

std::vector<std::string> job_rules(const std::string& members) {
  return lint_rules("{'tasks': [{'task_key': 'a', 'run_job_task': {'job_id': 1}}], " + members + "}");
}

TEST(Lint, MembersOfTheJob) {
  EXPECT_EQ(job_rules("'name': '" + std::string(5000, 'x') + "'"), Rules{"too_long at /name"});
  EXPECT_EQ(job_rules("'parameters': [{'name': 'a', 'default': ''}, {'name': 'a', 'default': ''}]"),
            Rules{"duplicate_parameter at /parameters/1/name"});
  EXPECT_EQ(job_rules("'parameters': [{'name': 'a b', 'default': ''}]"),
            Rules{"bad_parameter_name at /parameters/0/name"});
  EXPECT_EQ(job_rules("'parameters': [{'name': 'a', 'default': '" + std::string(10'001, 'x') + "'}]"),
            Rules{"parameters_too_large at /parameters"});
  EXPECT_EQ(job_rules("'job_clusters': [{'new_cluster': {}}, {'job_cluster_key': 'x'}]"),
            (Rules{"missing_member at /job_clusters/0", "missing_member at /job_clusters/1",
                   "unused_job_cluster_key at /job_clusters/1"}));
  EXPECT_EQ(
      job_rules(
          "'job_clusters': [{'job_cluster_key': 'x', 'new_cluster': {}}, {'job_cluster_key': 'x', 'new_cluster': {}}]"),
      (Rules{"unused_job_cluster_key at /job_clusters/0", "duplicate_job_cluster at /job_clusters/1/job_cluster_key"}));
  EXPECT_EQ(job_rules("'max_concurrent_runs': 1001"), Rules{"out_of_range at /max_concurrent_runs"});
  EXPECT_EQ(job_rules("'dialect': 'dagster'"), Rules{"unsupported_dialect at /dialect"});
  EXPECT_EQ(job_rules("'depends_on': ['a'], 'run_if': 'ALL_DONE'"),
            (Rules{"no_effect at /depends_on", "no_effect at /run_if"}));
  EXPECT_EQ(job_rules("'schema': 'group/9'"), Rules{"unknown_schema at /schema"});
  EXPECT_EQ(job_rules("'continuous': {}, 'trigger': {}"), Rules{"one_of at "});
}

TEST(Lint, TagsLeaveRoomForThoseOfALaunch) {
  const auto tags = [](int count) {
    json::object tags;
    for (int i = 0; i < count; ++i) tags["tag" + std::to_string(i)] = "x";
    return rules(lint(json::object{{"tags", std::move(tags)}, {"tasks", {notebook("a")}}}));
  };
  EXPECT_EQ(tags(23), Rules{});
  EXPECT_EQ(tags(24), Rules{"no_room_for_tags at /tags"});
  EXPECT_EQ(tags(26), Rules{"out_of_range at /tags"});
}

TEST(Lint, MembersOfThePolicy) {
  EXPECT_EQ(
      job_rules(
          "'policy': {'on_abandon': 'panic', 'job_identity': 'x', 'repair': {'on': ['sun'], 'max_attempts': -1}}"),
      (Rules{"bad_policy at /policy/on_abandon", "bad_policy at /policy/job_identity",
             "bad_policy at /policy/repair/on/0", "out_of_range at /policy/repair/max_attempts"}));
  EXPECT_EQ(job_rules("'policy': {'launch_kye': 'x'}"), Rules{"unknown_policy at /policy/launch_kye"});
  EXPECT_EQ(job_rules("'policy': {'repair': {'max_attempts': 1}}"), Rules{"repair_never at /policy/repair"});
  EXPECT_EQ(job_rules("'policy': {'repair': {'on': ['user_code']}}"), Rules{"repair_never at /policy/repair"});
  EXPECT_EQ(job_rules("'policy': {'repair': {'on': ['any'], 'max_attempts': 1}}"), Rules{});
  EXPECT_EQ(job_rules("'policy': {'launch_key': ''}"), Rules{"bad_policy at /policy/launch_key"});
}

TEST(Lint, Defaults) {
  EXPECT_EQ(job_rules("'defaults': {'task_key': 'x', 'notebook_task': {}}"),
            (Rules{"bad_default at /defaults/task_key", "bad_default at /defaults/notebook_task"}));
  EXPECT_EQ(job_rules("'defaults': {'notebook_params': {'a': []}}"),
            Rules{"wrong_type at /defaults/notebook_params/a"});
}

TEST(Lint, MembersOfNestedGroups) {
  EXPECT_EQ(lint_rules(R"({'tasks': [{'group': 'g', 'parameters': [], 'tags': {}, 'run_if': 'X', 'tasks': [
      {'task_key': 'a', 'run_job_task': {'job_id': 1}}]}]})"),
            (Rules{"job_member_in_group at /tasks/0/parameters", "unknown_group_member at /tasks/0/tags",
                   "bad_run_if at /tasks/0/run_if"}));
}

TEST(Lint, TooManyTasks) {
  json::array tasks;
  for (int i = 0; i < 1001; ++i) tasks.push_back(notebook("t" + std::to_string(i)));
  const json::value group = json::object{{"tasks", std::move(tasks)}};
  EXPECT_EQ(rules(lint(group)), Rules{"too_many_tasks at /tasks"});
}

TEST(Lint, PointersAreEscaped) {
  EXPECT_EQ(lint_rules(R"({'tasks': [{'task_key': 'a', 'run_job_task': {'job_id': 1}}],
      'defaults': {'notebook_params': {'on/a~b': []}}})"),
            Rules{"wrong_type at /defaults/notebook_params/on~1a~0b"});
}

TEST(Lint, FindsTwoHundredMistakesAtOnceInTheOrderOfTheText) {
  json::array tasks;
  for (int i = 0; i < 200; ++i) tasks.push_back(json::object{{"task_key", "t" + std::to_string(i)}});
  const std::vector<Finding> findings = lint(json::object{{"tasks", std::move(tasks)}});
  ASSERT_EQ(findings.size(), 200u);
  for (int i = 0; i < 200; ++i) EXPECT_EQ(findings[i].pointer, "/tasks/" + std::to_string(i));
}

TEST(Compile, RefusesWithEveryFindingAndSendsTheFirstErrorAhead) {
  const Result<Compiled> result = compile(document(R"({'tasks': [{'task_key': 'w', 'future_task': {}},
      {'task_key': 'a', 'depends_on': ['nobody']}]})"));
  ASSERT_FALSE(result.ok());
  const Status status = result.status();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_EQ(status->pointer, "/tasks/1");
  EXPECT_EQ(status->findings.size(), 3u);
  EXPECT_NE(status->message.find("does not say what to run"), std::string::npos);
}

}  // namespace
}  // namespace brickwork::group
