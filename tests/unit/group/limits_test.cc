// Documents that are far too large, deep or tangled are answered, and the answer costs no more than the document.
#include <gtest/gtest.h>

#include "unit/group/documents.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;
using Rules = std::vector<std::string>;

json::value tasks_in(json::array tasks) { return json::object{{"tasks", std::move(tasks)}}; }

json::value groups_nested(int depth) {
  json::value group = json::object{{"group", "g"}, {"tasks", {notebook("a")}}};
  for (int i = 1; i < depth; ++i) {
    json::array tasks;
    tasks.push_back(std::move(group));
    group = json::object{{"group", "g"}, {"tasks", std::move(tasks)}};
  }
  json::array tasks;
  tasks.push_back(std::move(group));
  return tasks_in(std::move(tasks));
}

TEST(Limits, AHundredLevelsOfGroupsCompile) {
  Result<Compiled> result = compile(groups_nested(100));
  ASSERT_TRUE(result.ok()) << result.status()->message;
  EXPECT_LE(result.value().tasks.at(0).task_key.size(), 100u);
  EXPECT_EQ(result.value().groups.size(), 100u);
}

TEST(Limits, MoreLevelsOfGroupsAreAFinding) {
  const std::vector<Finding> findings = lint(groups_nested(101));
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[1].rule, "too_deep");
  EXPECT_EQ(findings[1].pointer.size(), std::string("/tasks/0").size() * 101);
}

TEST(Limits, TenThousandLevelsAreAFinding) {
  EXPECT_EQ(rules(lint(groups_nested(10'000))), Rules{"too_deep at "});

  std::string text = "{'tasks': [{'task_key': 'a', 'future_task': ";
  for (int i = 0; i < 10'000; ++i) text += "[";
  for (int i = 0; i < 10'000; ++i) text += "]";
  EXPECT_EQ(lint_rules(text + "}]}"), Rules{"too_deep at "});
}

// Wherever the deep part is, and whatever else is wrong before or behind it.
TEST(Limits, NothingElseIsSaidOfADocumentThatIsTooDeep) {
  const auto deep = [](int levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  const std::string mistake = "{'task_key': 'a'}, ";
  // The document, its tasks, the task, and what is in it.
  EXPECT_EQ(lint_rules("{'tasks': [{'task_key': 'b', 'run_job_task': {'job_id': 1}, 'x': " + deep(297) + "}]}"),
            Rules{});
  for (const std::string& text :
       {"{'tasks': [" + mistake + "{'task_key': 'b', 'x': " + deep(298) + "}]}",
        "{'tasks': [" + mistake + deep(299) + "]}",
        "{'tasks': [" + mistake + "{'group': 'g', 'tasks': [{'x': " + deep(296) + "}]}]}",
        "{'tasks': {'x': " + deep(299) + "}}", "{'x': " + deep(300) + ", 'tasks': [" + mistake + "1]}"})
    EXPECT_EQ(lint_rules(text), Rules{"too_deep at "}) << text.substr(0, 60);
}

TEST(Limits, ACycleOfAThousandTasksIsOneFindingWithItsWholePath) {
  json::array tasks;
  for (int i = 0; i < 1000; ++i)
    tasks.push_back(notebook("t" + std::to_string(i), {"t" + std::to_string((i + 1) % 1000)}));
  const std::vector<Finding> findings = lint(tasks_in(std::move(tasks)));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].rule, "cycle");
  EXPECT_NE(findings[0].message.find("t0 -> t1 -> t2"), std::string::npos);
  EXPECT_NE(findings[0].message.find("t998 -> t999 -> t0"), std::string::npos);
}

TEST(Limits, AKnotOfAThousandTasksIsAnsweredInLinearSpace) {
  // Each task waits for a hundred others, forwards and backwards: nearly every edge closes a cycle.
  json::array tasks;
  for (int i = 0; i < 1000; ++i) {
    std::vector<std::string> upstreams;
    for (int k = 1; k <= 100; ++k) upstreams.push_back("t" + std::to_string((i + k * 7) % 1000));
    tasks.push_back(notebook("t" + std::to_string(i), upstreams));
  }
  std::size_t bytes = 0;
  for (const Finding& finding : lint(tasks_in(std::move(tasks)))) {
    EXPECT_EQ(finding.rule, "cycle");
    bytes += finding.message.size();
  }
  EXPECT_GT(bytes, 0u);
  EXPECT_LT(bytes, 20'000u);
}

TEST(Limits, ALongChainNeedsNoStack) {
  json::array tasks{notebook("t0")};
  for (int i = 1; i < 1000; ++i) tasks.push_back(notebook("t" + std::to_string(i), {"t" + std::to_string(i - 1)}));
  EXPECT_TRUE(compile(tasks_in(std::move(tasks))).ok());

  json::array many{notebook("t0")};
  for (int i = 1; i < 100'000; ++i) many.push_back(notebook("t" + std::to_string(i), {"t" + std::to_string(i - 1)}));
  EXPECT_EQ(rules(lint(tasks_in(std::move(many)))), Rules{"too_many_tasks at /tasks"});
}

TEST(Limits, GroupsThatMultiplyTheirDependenciesAreAFinding) {
  json::array first, second;
  for (int i = 0; i < 500; ++i) {
    first.push_back(notebook("a" + std::to_string(i)));
    second.push_back(notebook("b" + std::to_string(i)));
  }
  const json::value group =
      tasks_in({json::object{{"group", "a"}, {"tasks", std::move(first)}},
                json::object{{"group", "b"}, {"depends_on", {"a"}}, {"tasks", std::move(second)}}});
  const std::vector<Finding> findings = lint(group);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].rule, "too_many_dependencies");
}

TEST(Limits, EmptyGroupsThatPassOnManyTasksAreAFinding) {
  json::array many;
  for (int i = 0; i < 900; ++i) many.push_back(notebook("t" + std::to_string(i)));
  json::array tasks{json::object{{"group", "g0"}, {"tasks", std::move(many)}}};
  for (int i = 1; i < 4000; ++i) {
    tasks.push_back(json::object{
        {"group", "g" + std::to_string(i)}, {"depends_on", {"g" + std::to_string(i - 1)}}, {"tasks", json::array()}});
  }
  tasks.push_back(notebook("last", {"g3999"}));
  const std::vector<Finding> findings = lint(tasks_in(std::move(tasks)));
  std::vector<std::string> errors;
  for (const Finding& finding : findings) {
    if (finding.severity == Finding::Severity::kError) errors.push_back(finding.rule);
  }
  EXPECT_EQ(errors, Rules{"too_many_dependencies"});
}

TEST(Limits, MoreThanTenThousandGroupsAreAFinding) {
  json::array inner;
  for (int i = 0; i < 50'000; ++i)
    inner.push_back(json::object{{"group", "g" + std::to_string(i)}, {"tasks", {notebook("a")}}});
  const json::value group = tasks_in({json::object{{"group", std::string(3'900, 'n')}, {"tasks", std::move(inner)}}});
  const std::vector<Finding> findings = lint(group);
  std::vector<std::string> errors;
  for (const Finding& finding : findings) {
    if (finding.severity == Finding::Severity::kError) errors.push_back(finding.rule + " at " + finding.pointer);
  }
  // Each key is shortened, and more warnings than those are not listed.
  EXPECT_EQ(errors,
            (Rules{"too_many_tasks at /tasks", "too_many_groups at /tasks/0/tasks/9999", "too_many_findings at "}));
}

TEST(Limits, DefaultsThatWouldFillGigabytesAreAFinding) {
  json::array tasks;
  for (int i = 0; i < 1000; ++i) tasks.push_back(notebook("t" + std::to_string(i)));
  json::value group = tasks_in(std::move(tasks));
  group.get_object()["defaults"] =
      json::object{{"description", std::string(4000, 'x')}, {"x", std::string(100'000, 'x')}};
  EXPECT_EQ(rules(lint(group)), Rules{"too_large at "});
}

TEST(Limits, ThousandsOfGroupsThatAddToLargeDefaultsAreAFinding) {
  json::array groups;
  for (int i = 0; i < 1000; ++i) {
    groups.push_back(json::object{
        {"group", "g" + std::to_string(i)}, {"defaults", {{"max_retries", 1}}}, {"tasks", {notebook("a")}}});
  }
  json::value group = tasks_in(std::move(groups));
  group.get_object()["defaults"] = json::object{{"x", std::string(1'000'000, 'x')}};
  EXPECT_EQ(rules(lint(group)), Rules{"too_large at "});
}

TEST(Limits, NamesOfMegabytesAreAFinding) {
  const std::string name(5'000'000, 'n');
  const std::vector<Finding> findings = lint(tasks_in({notebook(name), notebook("a", {name})}));
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].rule, "too_long");
  EXPECT_EQ(findings[1].rule, "unknown_dependency");
  EXPECT_LT(findings[1].message.size(), 1000u);
}

TEST(Limits, TenThousandUnknownNamesAreAnswered) {
  json::array tasks;
  for (int i = 0; i < 1000; ++i) {
    std::vector<std::string> upstreams;
    for (int k = 0; k < 20; ++k) upstreams.push_back("an_unknown_task_" + std::to_string(i) + "_" + std::to_string(k));
    tasks.push_back(notebook("a_task_with_a_name_of_some_length_" + std::to_string(i), upstreams));
  }
  const std::vector<Finding> findings = lint(tasks_in(std::move(tasks)));
  EXPECT_EQ(findings.size(), 10'001u);
  EXPECT_EQ(findings.back().rule, "too_many_findings");
}

}  // namespace
}  // namespace brickwork::group
