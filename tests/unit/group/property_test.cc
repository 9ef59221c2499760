// Random groups from fixed seeds: what must hold for every document.
#include <gtest/gtest.h>

#include <random>

#include "group/keys.h"
#include "unit/group/documents.h"
#include "unit/group/random_group.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

class Property : public testing::TestWithParam<int> {};

std::string text_of(const json::value& value) { return json::serialize(value); }

TEST_P(Property, AGoodGroupCompilesToAJobThatIsItsOwnGroup) {
  RandomGroup random(GetParam());
  const json::value group = random.group();
  Result<Compiled> result = compile(group);
  ASSERT_TRUE(result.ok()) << result.status()->message << "\n" << text_of(group);
  const Compiled& first = result.value();

  Result<Compiled> again = compile(json::value(first.settings));
  ASSERT_TRUE(again.ok()) << again.status()->message;
  EXPECT_EQ(text_of(again.value().settings), text_of(first.settings));
  EXPECT_EQ(again.value().digest, first.digest);

  json::value copy = group;
  Result<Compiled> moved = compile(std::move(copy));
  ASSERT_TRUE(moved.ok());
  EXPECT_EQ(text_of(moved.value().settings), text_of(first.settings)) << "a copy and a move differ";
}

TEST_P(Property, KeysAreValidAndDistinctAndDependenciesExist) {
  const Compiled result = compiled(RandomGroup(GetParam()).group());
  std::set<std::string> keys;
  std::set<std::string> paths;
  for (const CompiledTask& task : result.tasks) {
    EXPECT_TRUE(is_task_key(task.task_key)) << task.task_key;
    EXPECT_TRUE(keys.insert(task.task_key).second) << task.task_key;
    EXPECT_TRUE(paths.insert(task.path).second) << task.path;
  }
  const json::array& tasks = result.settings.at("tasks").get_array();
  ASSERT_EQ(tasks.size(), result.tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    EXPECT_EQ(tasks[i].at("task_key").get_string(), result.tasks[i].task_key) << "the order differs";
    const std::set<std::string> upstream = upstreams(result, result.tasks[i].task_key);
    for (const std::string& key : upstream) EXPECT_TRUE(keys.contains(key)) << key;
    EXPECT_FALSE(upstream.contains(result.tasks[i].task_key));
    const json::value* depends_on = tasks[i].get_object().if_contains("depends_on");
    const std::size_t written = depends_on != nullptr ? depends_on->get_array().size() : 0;
    EXPECT_EQ(written, upstream.size()) << "a dependency is written twice";
  }
}

TEST_P(Property, DependenciesAreWhatTheDefinitionSays) {
  RandomGroup random(GetParam());
  const json::value group = random.group();
  const Compiled result = compiled(group);
  const std::map<std::string, std::set<std::string>> expected = DefinedDependencies(group).all();
  std::map<std::string, std::string> path_of;
  for (const CompiledTask& task : result.tasks) path_of[task.task_key] = task.path;
  ASSERT_EQ(expected.size(), result.tasks.size());
  for (const CompiledTask& task : result.tasks) {
    std::set<std::string> paths;
    for (const std::string& key : upstreams(result, task.task_key)) paths.insert(path_of.at(key));
    EXPECT_EQ(paths, expected.at(task.path)) << task.path << " in " << text_of(group);
  }
}

TEST_P(Property, AnOrderOfMembersChangesNeitherKeysNorDigest) {
  RandomGroup random(GetParam());
  const json::value group = random.group();
  const Compiled first = compiled(group);
  const Compiled second = compiled(random.shuffled(group));
  EXPECT_EQ(first.digest, second.digest);
  for (std::size_t i = 0; i < first.tasks.size(); ++i) EXPECT_EQ(first.tasks[i].task_key, second.tasks[i].task_key);
}

TEST_P(Property, ValuesOfOneLaunchAreNoPartOfTheDefinition) {
  json::value group = RandomGroup(GetParam()).group();
  const Compiled first = compiled(group);
  json::object* launch =
      group.get_object().if_contains("launch") != nullptr ? &group.at("launch").get_object() : nullptr;
  if (launch == nullptr) return;
  for (auto& [path, values] : launch->at("task_parameters").get_object())
    values.get_object()["a"] = "of another launch";
  const Compiled second = compiled(group);
  EXPECT_EQ(second.settings, first.settings);
  EXPECT_EQ(second.digest, first.digest);
  EXPECT_EQ(second.run_parameters.size(), first.run_parameters.size());
  const json::array& declared = second.settings.at("parameters").get_array();
  for (const auto& [name, value] : second.run_parameters) {
    EXPECT_EQ(value.get_string(), "of another launch");
    EXPECT_TRUE(std::any_of(declared.begin(), declared.end(),
                            [&, &key = name](const json::value& one) { return one.at("name").get_string() == key; }));
  }
}

TEST_P(Property, ADocumentThatWasDamagedIsAnsweredAndAlwaysTheSameWay) {
  RandomGroup random(GetParam());
  json::value group = random.group();
  for (int round = 0; round < 20; ++round) {
    random.damage(group);
    const std::vector<Finding> findings = lint(group);
    bool has_errors = false;
    for (const Finding& finding : findings) {
      has_errors = has_errors || finding.severity == Finding::Severity::kError;
      EXPECT_FALSE(finding.rule.empty() || finding.message.empty() || finding.fix.empty());
      boost::system::error_code missing;
      EXPECT_NE(group.find_pointer(finding.pointer, missing), nullptr) << finding.rule << " at " << finding.pointer;
    }
    EXPECT_EQ(rules(lint(group)), rules(findings));
    const Result<Compiled> result = compile(group);
    EXPECT_EQ(result.ok(), !has_errors) << text_of(group);
    EXPECT_EQ(rules(result.ok() ? result.value().findings : result.status()->findings), rules(findings));
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Property, testing::Range(1, 101));

}  // namespace
}  // namespace brickwork::group
