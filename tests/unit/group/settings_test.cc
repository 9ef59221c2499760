// A Jobs API settings document is a group as it is.
#include <gtest/gtest.h>

#include "unit/group/documents.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

// What jobs/get answers for a job that uses much of what there is.
constexpr char kRich[] = R"({
  'name': 'nightly', 'description': 'all of it', 'format': 'MULTI_TASK', 'max_concurrent_runs': 1,
  'timeout_seconds': 0, 'email_notifications': {}, 'webhook_notifications': {'on_failure': [{'id': 'w1'}]},
  'queue': {'enabled': true}, 'edit_mode': 'EDITABLE', 'tags': {'team': 'energy'}, 'performance_target': 'STANDARD',
  'schedule': {'quartz_cron_expression': '0 0 3 * * ?', 'timezone_id': 'UTC', 'pause_status': 'PAUSED'},
  'git_source': {'git_url': 'https://github.com/a/b', 'git_provider': 'github', 'git_branch': 'main'},
  'health': {'rules': [{'metric': 'RUN_DURATION_SECONDS', 'op': 'GREATER_THAN', 'value': 3600}]},
  'parameters': [{'name': 'state', 'default': 'Iowa'}, {'name': 'year.2-x_y', 'default': ''}],
  'environments': [{'environment_key': 'default', 'spec': {'environment_version': '4', 'dependencies': ['pandas']}}],
  'job_clusters': [{'job_cluster_key': 'main', 'new_cluster': {'spark_version': '16.4.x-scala2.12', 'num_workers': 1}}],
  'tasks': [
    {'task_key': 'join_data', 'run_if': 'ALL_SUCCESS', 'job_cluster_key': 'main', 'max_retries': -1,
     'libraries': [{'pypi': {'package': 'pandas'}}], 'timeout_seconds': 600,
     'notebook_task': {'notebook_path': 'src/join', 'source': 'GIT', 'base_parameters': {'n': '1'}}},
    {'task_key': 'enough', 'depends_on': [{'task_key': 'join_data'}],
     'condition_task': {'op': 'GREATER_THAN', 'left': '{{tasks.join_data.values.rows}}', 'right': '0'}},
    {'task_key': 'wheel', 'depends_on': [{'task_key': 'enough', 'outcome': 'true', 'future_member': 1}],
     'environment_key': 'default',
     'python_wheel_task': {'package_name': 'p', 'entry_point': 'main', 'named_parameters': {'a': 'b'}}},
    {'task_key': 'each', 'depends_on': [{'task_key': 'enough', 'outcome': 'false'}], 'run_if': 'ALL_DONE',
     'for_each_task': {'inputs': '[1,2]', 'concurrency': 2, 'task': {'task_key': 'one', 'existing_cluster_id': 'c',
       'spark_python_task': {'python_file': 'dbfs:/x.py', 'parameters': ['{{input}}']}}}},
    {'task_key': 'query', 'sql_task': {'warehouse_id': 'w', 'query': {'query_id': 'q'}, 'parameters': {'a': 'b'}}},
    {'task_key': 'models', 'dbt_task': {'commands': ['dbt deps', 'dbt run'], 'warehouse_id': 'w'},
     'new_cluster': {'spark_version': '16.4.x-scala2.12', 'num_workers': 0, 'is_single_node': true,
       'kind': 'CLASSIC_PREVIEW'}},
    {'task_key': 'tomorrow', 'quantum_task': {'qubits': 5}, 'quantum_members': [1, 2, {'a': null}]},
    {'task_key': 'other', 'run_job_task': {'job_id': 9007199254740993}}],
  'a_member_of_2027': {'x': [1, 2.5, null, true]}})";

TEST(Settings, CompileToThemselves) {
  const json::value settings = document(kRich);
  const Compiled result = compiled(settings);
  EXPECT_EQ(json::value(result.settings), settings);
  EXPECT_EQ(json::serialize(result.settings), json::serialize(settings)) << "the order of members changed";
  EXPECT_EQ(rules(result.findings), (std::vector<std::string>{"endless_retry at /tasks/0/max_retries",
                                                              "unknown_kind at /tasks/6/quantum_task"}));
}

TEST(Settings, CompileToThemselvesWhenHandedOver) {
  const json::value settings = document(kRich);
  json::value copy = settings;
  Result<Compiled> result = compile(std::move(copy));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(json::serialize(result.value().settings), json::serialize(settings));
}

TEST(Settings, KeepTheirMemoryResourceWhenHandedOver) {
  const json::storage_ptr memory = json::make_shared_resource<json::monotonic_resource>();
  json::value settings(document(kRich), memory);
  const void* tasks = &settings.at("tasks").get_array();
  Result<Compiled> result = compile(std::move(settings));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result.value().settings.storage().get(), memory.get());
  EXPECT_EQ(&result.value().settings.at("tasks").get_array(), tasks) << "copied";
}

TEST(Settings, NameEachTaskByItsKey) {
  const Compiled result = compiled(document(kRich));
  ASSERT_EQ(result.tasks.size(), 8u);
  EXPECT_EQ(result.tasks[0].path, "join_data");
  EXPECT_EQ(result.tasks[0].task_key, "join_data");
  EXPECT_TRUE(result.groups.empty());
}

TEST(Settings, LoseOnlyWhatIsOurs) {
  const Compiled result = compiled(R"({'schema': 'group/1', 'name': 'n', 'policy': {}, 'defaults': {},
      'tasks': [{'task_key': 'a', 'run_job_task': {'job_id': 1}}]})");
  EXPECT_EQ(json::value(result.settings),
            document("{'name': 'n', 'tasks': [{'task_key': 'a', 'run_job_task': {'job_id': 1}}]}"));
}

TEST(Policy, IsReadAndKeptOutOfTheSettings) {
  const Compiled result = compiled(R"({'tasks': [{'task_key': 'a', 'run_job_task': {'job_id': 1}}],
      'policy': {'launch_key': 'k', 'job_identity': 'definition', 'on_abandon': 'cancel',
                 'repair': {'max_attempts': 2, 'on': ['cluster', 'platform'], 'dependents': false, 'wait_ms': 5}}})");
  EXPECT_EQ(result.policy.launch_key, "k");
  EXPECT_EQ(result.policy.job_identity, "definition");
  EXPECT_EQ(result.policy.on_abandon, "cancel");
  EXPECT_EQ(result.policy.repair_max_attempts, 2);
  EXPECT_EQ(result.policy.repair_on, (std::vector<std::string>{"cluster", "platform"}));
  EXPECT_FALSE(result.policy.repair_dependents);
  EXPECT_EQ(result.policy.repair_wait_ms, 5);
  EXPECT_FALSE(result.settings.contains("policy"));
}

TEST(Digest, DoesNotSeeTheOrderOfMembersOrSpelledOutDefaults) {
  const std::string digest =
      compiled("{'name': 'n', 'tasks': [{'task_key': 'a', 'run_job_task': {'job_id': 1}}]}").digest;
  EXPECT_EQ(digest.size(), 32u);
  EXPECT_EQ(
      compiled(R"({'tasks': [{'run_job_task': {'job_id': 1.0, 'x': null}, 'run_if': 'ALL_SUCCESS', 'task_key': 'a',
      'timeout_seconds': 0, 'max_retries': 0, 'depends_on': []}], 'format': 'MULTI_TASK', 'name': 'n',
      'max_concurrent_runs': 1, 'policy': {'launch_key': 'other'}})")
          .digest,
      digest);
}

TEST(Digest, SeesEveryChangeOfTheJob) {
  std::set<std::string> digests;
  const std::vector<std::string> documents = {
      "{'name': 'n', 'tasks': [{'task_key': 'a', 'run_job_task': {'job_id': 1}}]}",
      "{'name': 'm', 'tasks': [{'task_key': 'a', 'run_job_task': {'job_id': 1}}]}",
      "{'name': 'n', 'tasks': [{'task_key': 'b', 'run_job_task': {'job_id': 1}}]}",
      "{'name': 'n', 'tasks': [{'task_key': 'a', 'run_job_task': {'job_id': 2}}]}",
      "{'name': 'n', 'tasks': [{'task_key': 'a', 'run_job_task': {'job_id': '1'}}]}",
      "{'name': 'n', 'tasks': [{'task_key': 'a', 'run_job_task': {'job_id': 1}, 'run_if': 'ALL_DONE'}]}",
      "{'name': 'n', 'tasks': [{'task_key': 'a', 'run_job_task': {'job_id': 1}}], 'max_concurrent_runs': 2}",
  };
  for (const std::string& text : documents) digests.insert(compiled(document(text)).digest);
  EXPECT_EQ(digests.size(), documents.size());
}

}  // namespace
}  // namespace brickwork::group
