// What the digest of a job sees, and what it does not: two ways to write one job, and every change of it.
#include "group/digest.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "unit/group/documents.h"
#include "unit/group/random_group.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

std::string digest(const json::value& settings) { return digest_of_settings(settings.get_object()); }
std::string digest(const char* text) { return compiled(text).digest; }

class DigestProperty : public testing::TestWithParam<int> {
 protected:
  RandomGroup random_group_{GetParam()};
  std::mt19937 random_{static_cast<std::mt19937::result_type>(GetParam())};
  json::value settings_ = compiled(random_group_.group()).settings;

  void reorder(json::object& object, std::string_view member) {
    json::value* list = object.if_contains(member);
    if (list == nullptr || !list->is_array()) return;
    std::vector<json::value> entries(list->get_array().begin(), list->get_array().end());
    std::shuffle(entries.begin(), entries.end(), random_);
    list->get_array() = json::array(entries.begin(), entries.end());
  }

  // Each of them once in two times.
  void add(json::object& object, std::vector<std::pair<const char*, json::value>> members) {
    for (auto& [name, value] : members) {
      if (random_() % 2 == 0 && !object.contains(name)) object.emplace(name, std::move(value));
    }
  }

  void spell_out(json::object& task) {
    add(task, {{"timeout_seconds", 0},
               {"max_retries", 0},
               {"min_retry_interval_millis", 0},
               {"retry_on_timeout", false},
               {"disabled", false},
               {"run_if", "ALL_SUCCESS"},
               {"depends_on", json::array{}},
               {"libraries", json::array{}},
               {"email_notifications", json::object{}},
               {"webhook_notifications", json::object{{"on_failure", json::array{}}}},
               {"notification_settings", json::object{{"no_alert_for_skipped_runs", false}}},
               {"disable_auto_optimization", false},
               {"existing_cluster_id", nullptr}});
    if (json::value* notebook = task.if_contains("notebook_task"))
      add(notebook->get_object(), {{"source", "WORKSPACE"}});
    json::value* loop = task.if_contains("for_each_task");
    if (loop == nullptr) return;
    add(loop->get_object(), {{"concurrency", 1}});
    spell_out(loop->at("task").get_object());
  }
};

TEST_P(DigestProperty, AJobIsTheSameInWhateverWayItIsWritten) {
  const std::string before = digest(settings_);
  for (int round = 0; round < 5; ++round) {
    json::object& job = settings_.get_object();
    add(job, {{"timeout_seconds", 0},
              {"max_concurrent_runs", 1},
              {"format", "MULTI_TASK"},
              {"email_notifications", json::object{{"no_alert_for_skipped_runs", false}}},
              {"queue", json::object{{"enabled", true}}},
              {"parameters", json::array{}},
              {"tags", json::object{}},
              {"description", nullptr}});
    for (json::value& task : job.at("tasks").get_array()) {
      spell_out(task.get_object());
      reorder(task.get_object(), "depends_on");
    }
    for (std::string_view member : {"tasks", "job_clusters", "environments", "parameters"}) reorder(job, member);
    settings_ = random_group_.shuffled(settings_);
    ASSERT_EQ(digest(settings_), before) << json::serialize(settings_);
  }
}

void collect(const json::value& value, const std::string& pointer, std::vector<std::string>& pointers) {
  if (!pointer.empty()) pointers.push_back(pointer);
  if (const json::object* object = value.if_object()) {
    for (const auto& [name, inner] : *object) {
      if (name.find('/') == json::string_view::npos) collect(inner, pointer + "/" + std::string(name), pointers);
    }
  } else if (const json::array* array = value.if_array()) {
    for (std::size_t i = 0; i < array->size(); ++i) collect((*array)[i], pointer + "/" + std::to_string(i), pointers);
  }
}

// Another value of the same sort, and never one that Databricks has for what is left out.
void change(json::value& value) {
  if (value.is_string()) {
    value.get_string().append("!");
  } else if (value.is_int64()) {
    value = value.get_int64() + 7;
  } else if (value.is_bool()) {
    value = value.get_bool() ? "true" : "false";
  } else if (value.is_array()) {
    value.get_array().push_back("another");
  } else if (value.is_object()) {
    value.get_object()["another_member"] = "x";
  } else {
    value = "something else";
  }
}

TEST_P(DigestProperty, EveryChangeOfAJobIsSeen) {
  const std::string before = digest(settings_);
  std::vector<std::string> pointers;
  collect(settings_, "", pointers);
  std::shuffle(pointers.begin(), pointers.end(), random_);
  std::set<std::string> digests{before};
  pointers.resize(std::min<std::size_t>(pointers.size(), 60));
  for (const std::string& pointer : pointers) {
    json::value changed = settings_;
    boost::system::error_code none;
    change(*changed.find_pointer(pointer, none));
    EXPECT_TRUE(digests.insert(digest(changed)).second) << pointer << " of " << json::serialize(settings_);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, DigestProperty, testing::Range(1, 101));

TEST(Digest, SeesTheOrderOfWhatIsDoneInThatOrder) {
  EXPECT_NE(
      digest(R"({'tasks': [{'task_key': 'a', 'existing_cluster_id': 'c', 'libraries': [{'jar': 'a'}, {'jar': 'b'}],
      'dbt_task': {'commands': ['dbt deps', 'dbt run']}}]})"),
      digest(R"({'tasks': [{'task_key': 'a', 'existing_cluster_id': 'c', 'libraries': [{'jar': 'a'}, {'jar': 'b'}],
      'dbt_task': {'commands': ['dbt run', 'dbt deps']}}]})"));
}

TEST(Digest, KnowsWhereAFileComesFromWhenNothingIsSaid) {
  const std::string git = "'git_source': {'git_url': 'u', 'git_provider': 'gitHub', 'git_branch': 'b'}, ";
  const auto of = [](const std::string& job, const std::string& source) {
    return compiled(document("{" + job + "'tasks': [{'task_key': 'a', 'notebook_task': {'notebook_path': '/n'" +
                             source + "}}]}"))
        .digest;
  };
  EXPECT_EQ(of("", ""), of("", ", 'source': 'WORKSPACE'"));
  EXPECT_EQ(of(git, ""), of(git, ", 'source': 'GIT'"));
  EXPECT_NE(of(git, ""), of(git, ", 'source': 'WORKSPACE'"));
}

TEST(Digest, TellsAQueueThatIsClosedFromTheOneThatAJobHas) {
  const std::string tasks = "'tasks': [{'task_key': 'a', 'run_job_task': {'job_id': 1}}]}";
  const std::string open = compiled(document("{'queue': {'enabled': true}, " + tasks)).digest;
  EXPECT_EQ(compiled(document("{" + tasks)).digest, open);
  EXPECT_NE(compiled(document("{'queue': {'enabled': false}, " + tasks)).digest, open);
}

TEST(Digest, KeepsBothOutcomesApart) {
  const auto of = [](const std::string& first, const std::string& second) {
    return compiled(
               document(
                   "{'tasks': [{'task_key': 'c', 'condition_task': {'op': 'EQUAL_TO', 'left': '1', 'right': '1'}}, "
                   "{'task_key': 'a', 'run_job_task': {'job_id': 1}, 'depends_on': "
                   "[{'task_key': 'c', 'outcome': '" +
                   first +
                   "'}]}, {'task_key': 'b', 'run_job_task': {'job_id': 1}, 'depends_on': "
                   "[{'task_key': 'c', 'outcome': '" +
                   second + "'}]}]}"))
        .digest;
  };
  EXPECT_NE(of("true", "false"), of("false", "true"));
}

}  // namespace
}  // namespace brickwork::group
