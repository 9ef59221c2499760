// Every kind of task: the examples of the room's README, and what is known of the members of each.
#include "group/kinds.h"

#include <gtest/gtest.h>

#include "unit/group/documents.h"
#include "unit/group/readme.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;
using Rules = std::vector<std::string>;

json::array examples() {
  json::array tasks;
  for (const std::string& line : lines_of_readme()) {
    if (line.starts_with("{\"task_key\": ")) tasks.push_back(json::parse(line));
  }
  return tasks;
}

json::value job_of_examples() {
  json::object job = document(R"({'name': 'every kind', 'parameters': [{'name': 'state', 'default': 'Iowa'}],
      'job_clusters': [{'job_cluster_key': 'main', 'new_cluster': {'spark_version': '16.4.x-scala2.12',
                                                                   'node_type_id': 'i3.xlarge', 'num_workers': 2}}],
      'environments': [{'environment_key': 'default', 'spec': {'environment_version': '4', 'dependencies': ['loader']}}],
      'git_source': {'git_url': 'https://example.org/etl', 'git_provider': 'gitHub', 'git_branch': 'main'}})")
                         .get_object();
  job["tasks"] = examples();
  return job;
}

// Where the examples have a member of a `*_task` object, as "notebook_task/source".
std::set<std::string> members_in_examples() {
  std::set<std::string> members;
  for (const json::value& task : examples()) {
    for (const auto& [name, value] : task.get_object()) {
      const Kind* kind = find_kind(name);
      if (kind == nullptr) continue;
      members.insert(std::string(name));
      for (const auto& inner : value.get_object()) members.insert(std::string(name) + "/" + std::string(inner.key()));
    }
  }
  return members;
}

TEST(Kinds, TheExampleOfEachCompilesWithoutAFinding) {
  const Result<Compiled> result = compile(job_of_examples());
  ASSERT_TRUE(result.ok()) << result.status()->message << " at " << result.status()->pointer;
  const std::vector<std::string> found = rules(result.value().findings);
  ASSERT_EQ(found.size(), 1u) << found[0] << ", " << found[1];
  EXPECT_TRUE(found[0].starts_with("unknown_kind at ")) << found[0];
  EXPECT_TRUE(found[0].ends_with("/quantum_task")) << found[0];
}

TEST(Kinds, TheExamplesGoToDatabricksAsTheyAre) {
  const json::array written = examples();
  const Compiled result = compiled(job_of_examples());
  const json::array& tasks = result.settings.at("tasks").get_array();
  ASSERT_EQ(tasks.size(), written.size());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    json::object sent = tasks[i].get_object();
    json::object own = written[i].get_object();
    sent.erase("depends_on");  // names become objects
    own.erase("depends_on");
    EXPECT_EQ(sent, own);
  }
}

TEST(Kinds, EachHasAnExampleWithWhatItRequires) {
  const std::set<std::string> members = members_in_examples();
  for (const Kind& kind : known_kinds()) {
    EXPECT_TRUE(members.contains(std::string(kind.member))) << kind.member;
    for (const MemberRule& rule : kind.members) {
      if (!rule.required) continue;
      EXPECT_TRUE(members.contains(std::string(kind.member) + "/" + std::string(rule.name)))
          << kind.member << "/" << rule.name;
    }
  }
}

TEST(Kinds, AnExampleWithoutARequiredMemberIsRefusedThere) {
  const json::value job = job_of_examples();
  const json::array& tasks = job.at("tasks").get_array();
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const Kind* kind = kind_of(tasks[i].get_object());
    if (kind == nullptr) continue;
    for (const MemberRule& rule : kind->members) {
      if (!rule.required) continue;
      json::value damaged = job;
      json::value& task = damaged.at("tasks").at(i);
      task.at(kind->member).get_object().erase(rule.name);
      const Rules found = rules(lint(damaged));
      const std::string expected = "missing_member at /tasks/" + std::to_string(i) + "/" + std::string(kind->member);
      EXPECT_NE(std::find(found.begin(), found.end(), expected), found.end()) << kind->member << " " << rule.name;
    }
  }
}

TEST(Kinds, EveryMemberOfEveryExampleHasItsTypeChecked) {
  const json::value job = job_of_examples();
  const json::array& tasks = job.at("tasks").get_array();
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const Kind* kind = kind_of(tasks[i].get_object());
    if (kind == nullptr) continue;
    for (const auto& member : tasks[i].at(kind->member).get_object()) {
      json::value damaged = job;
      json::value& value = damaged.at("tasks").at(i).at(kind->member).get_object()[member.key()];
      value = value.is_array() ? json::value(json::object{}) : json::value(json::array{});
      const std::string expected = "wrong_type at /tasks/" + std::to_string(i) + "/" + std::string(kind->member) + "/" +
                                   std::string(member.key());
      const Rules found = rules(lint(damaged));
      EXPECT_NE(std::find(found.begin(), found.end(), expected), found.end()) << expected;
    }
  }
}

std::vector<std::string> task_rules(const std::string& members) {
  return lint_rules("{'tasks': [{'task_key': 'a', " + members + "}]}");
}

TEST(Kinds, InnerObjectsAreCheckedToo) {
  EXPECT_EQ(
      task_rules("'sql_task': {'warehouse_id': 'w', 'query': {'querry_id': 'q'}}"),
      (Rules{"missing_member at /tasks/0/sql_task/query", "unknown_member at /tasks/0/sql_task/query/querry_id"}));
  EXPECT_EQ(task_rules("'sql_task': {'warehouse_id': 'w', 'file': {'path': 'p', 'source': 'SVN'}}"),
            Rules{"bad_source at /tasks/0/sql_task/file/source"});
  EXPECT_EQ(task_rules("'sql_task': {'warehouse_id': 'w', 'query': {'query_id': 'q'}, 'file': {'path': 'p'}}"),
            Rules{"one_of at /tasks/0/sql_task"});
  EXPECT_EQ(task_rules("'ai_runtime_task': {'experiment': 'e', 'deployments': [{'command_path': 'c', 'compute': {}}]}"),
            (Rules{"missing_member at /tasks/0/ai_runtime_task/deployments/0/compute",
                   "missing_member at /tasks/0/ai_runtime_task/deployments/0/compute"}));
  EXPECT_EQ(task_rules("'ai_runtime_task': {'experiment': 'e', 'deployments': []}"),
            Rules{"out_of_range at /tasks/0/ai_runtime_task/deployments"});
  EXPECT_EQ(task_rules("'alert_task': {'warehouse_id': 'w'}"), Rules{"one_of at /tasks/0/alert_task"});
  EXPECT_EQ(task_rules("'run_job_task': {'job_id': 1, 'job_parameters': {}, 'notebook_params': {}}"),
            Rules{"mixed_parameters at /tasks/0/run_job_task/notebook_params"});
  EXPECT_EQ(task_rules("'run_job_task': {'job_id': 1, 'job_parameters': {'a': '" + std::string(10'000, 'x') + "'}}"),
            Rules{"parameters_too_large at /tasks/0/run_job_task/job_parameters"});
}

TEST(Kinds, CommonMembersAreCheckedInsideToo) {
  const std::string kind = "'run_job_task': {'job_id': 1}, ";
  EXPECT_EQ(
      task_rules(kind + "'health': {'rules': [{'metric': 'RUN_DURATION', 'op': 'GREATER_THAN', 'value': -1}]}"),
      (Rules{"unknown_value at /tasks/0/health/rules/0/metric", "out_of_range at /tasks/0/health/rules/0/value"}));
  EXPECT_EQ(task_rules(kind + "'email_notifications': {'on_failure': 'a@b'}"),
            Rules{"wrong_type at /tasks/0/email_notifications/on_failure"});
  EXPECT_EQ(task_rules(kind + "'webhook_notifications': {'on_start': [{'id': '1'}, {'id': '2'}, {'id': '3'}, {}]}"),
            (Rules{"out_of_range at /tasks/0/webhook_notifications/on_start",
                   "missing_member at /tasks/0/webhook_notifications/on_start/3"}));
  EXPECT_EQ(task_rules(kind + "'compute': {'hardware_acelerator': 'x'}"),
            Rules{"unknown_member at /tasks/0/compute/hardware_acelerator"});
  EXPECT_EQ(task_rules(kind + "'description': '" + std::string(4097, 'x') + "'"),
            Rules{"too_long at /tasks/0/description"});
}

TEST(Kinds, ALibraryIsOfOneSort) {
  const std::string kind = "'existing_cluster_id': 'c', 'notebook_task': {'notebook_path': '/n'}, 'libraries': ";
  EXPECT_EQ(task_rules(kind + "[{}]"), Rules{"one_of at /tasks/0/libraries/0"});
  EXPECT_EQ(task_rules(kind + "[{'jar': 'a', 'whl': 'b'}]"), Rules{"one_of at /tasks/0/libraries/0"});
  EXPECT_EQ(task_rules(kind + "[{'pypi': {}}]"), Rules{"missing_member at /tasks/0/libraries/0/pypi"});
  EXPECT_EQ(task_rules(kind + "[{'pypi': 'pandas'}]"), Rules{"wrong_type at /tasks/0/libraries/0/pypi"});
  EXPECT_EQ(task_rules(kind + "[{'of_tomorrow': 'x'}]"), Rules{});
}

TEST(Kinds, MembersOfTheJobAreCheckedInsideToo) {
  const auto job_rules = [](const std::string& members) {
    return lint_rules("{'tasks': [{'task_key': 'a', 'run_job_task': {'job_id': 1}}], " + members + "}");
  };
  EXPECT_EQ(job_rules("'schedule': {'quartz_cron_expression': '0 0 0 * * ?', 'timezone_id': 'UTC',"
                      " 'pause_status': 'STOPPED'}"),
            Rules{"unknown_value at /schedule/pause_status"});
  EXPECT_EQ(job_rules("'trigger': {'periodic': {'interval': 0, 'unit': 'DAYS'}}"),
            Rules{"out_of_range at /trigger/periodic/interval"});
  EXPECT_EQ(job_rules("'run_as': {'user_name': 'a', 'group_name': 'b'}"), Rules{"one_of at /run_as"});
  EXPECT_EQ(job_rules("'access_control_list': [{'permission_level': 'CAN_VIEW'}]"),
            Rules{"one_of at /access_control_list/0"});
  EXPECT_EQ(job_rules("'environments': [{'environment_key': 'e', 'spec': {'dependencies': 'x'}}]"),
            (Rules{"unused_environment_key at /environments/0", "wrong_type at /environments/0/spec/dependencies"}));
}

}  // namespace
}  // namespace brickwork::group
