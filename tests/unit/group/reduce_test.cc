// depends_on: "reduced": the fewest dependencies that say the same.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "unit/group/documents.h"
#include "unit/group/random_group.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;
using Keys = std::set<std::string>;

constexpr char kRest[] = "'run_job_task': {'job_id': 1}}";

Compiled reduced(const std::string& tasks, const std::string& more = {}) {
  return compiled(document("{'depends_on': 'reduced', " + more + "'tasks': [" + tasks + "]}"));
}

std::string task(const std::string& key, const std::string& depends_on, const std::string& more = {}) {
  return "{'task_key': '" + key + "', 'depends_on': [" + depends_on + "], " + more + kRest;
}

std::string condition(const std::string& key) {
  return "{'task_key': '" + key + "', 'condition_task': {'op': 'EQUAL_TO', 'left': '1', 'right': '1'}}";
}

TEST(Reduced, DropsWhatFollows) {
  const Compiled result =
      reduced(task("a", "") + "," + task("b", "'a'") + "," + task("c", "'b'") + "," + task("d", "'a', 'c', 'b'"));
  EXPECT_EQ(upstreams(result, "d"), Keys{"c"});
  EXPECT_EQ(upstreams(result, "c"), Keys{"b"});
}

TEST(Reduced, IsNotWhatHappensUnasked) {
  const std::string tasks = "'tasks': [" + task("a", "") + "," + task("b", "'a'") + "," + task("c", "'a', 'b'") + "]}";
  for (const std::string option : {"{", "{'depends_on': 'direct', "})
    EXPECT_EQ(upstreams(compiled(document(option + tasks)), "c"), (Keys{"a", "b"}));
}

TEST(Reduced, IsNoPartOfTheSettings) {
  EXPECT_FALSE(reduced(task("a", "")).settings.contains("depends_on"));
  EXPECT_FALSE(compiled("{'depends_on': 'direct', 'tasks': [{'task_key': 'a', 'run_job_task': {'job_id': 1}}]}")
                   .settings.contains("depends_on"));
}

TEST(Reduced, KnowsTwoWays) {
  EXPECT_EQ(lint_rules("{'depends_on': 'transitive', 'tasks': [{'task_key': 'a', 'run_job_task': {'job_id': 1}}]}"),
            std::vector<std::string>{"bad_depends_on at /depends_on"});
}

TEST(Reduced, KeepsTheOrderOfTheRest) {
  const Compiled result = reduced(task("a", "") + "," + task("b", "'a'") + "," + task("x", "") + "," + task("y", "") +
                                  "," + task("d", "'y', 'a', 'b', 'x'"));
  EXPECT_EQ(task_of(result, "d").at("depends_on"),
            document("[{'task_key': 'y'}, {'task_key': 'b'}, {'task_key': 'x'}]"));
}

TEST(Reduced, ReachesThroughGroups) {
  const Compiled result = reduced(task("a", "") + ", {'group': 'g', 'depends_on': ['a'], 'tasks': [" + task("b", "") +
                                  "," + task("c", "'b', '/a'") + "]}, " + task("d", "'g', 'a', 'g/b'"));
  EXPECT_EQ(upstreams(result, "g__c"), Keys{"g__b"});
  EXPECT_EQ(upstreams(result, "d"), Keys{"g__c"});
}

TEST(Reduced, KeepsAllOfATaskThatDoesNotAskForSuccess) {
  for (const std::string run_if : {"ALL_DONE", "NONE_FAILED", "AT_LEAST_ONE_SUCCESS", "ALL_FAILED"}) {
    const Compiled result =
        reduced(task("a", "") + "," + task("b", "'a'") + "," + task("c", "'a', 'b'", "'run_if': '" + run_if + "', "));
    EXPECT_EQ(upstreams(result, "c"), (Keys{"a", "b"})) << run_if;
  }
  const std::string tasks = task("a", "") + "," + task("b", "'a'", "'run_if': null, ") + ",";
  EXPECT_EQ(upstreams(reduced(tasks + task("c", "'a', 'b'"), "'defaults': {'run_if': 'ALL_DONE'}, "), "c"),
            (Keys{"a", "b"}));
  EXPECT_EQ(upstreams(reduced(tasks + task("c", "'a', 'b'", "'run_if': 'ALL_SUCCESS', "),
                              "'defaults': {'run_if': 'ALL_DONE'}, "),
                      "c"),
            Keys{"b"});
}

TEST(Reduced, GoesThroughNoTaskThatMayRunAfterAFailure) {
  const Compiled result =
      reduced(task("a", "") + "," + task("b", "'a'", "'run_if': 'ALL_DONE', ") + "," + task("c", "'a', 'b'"));
  EXPECT_EQ(upstreams(result, "c"), (Keys{"a", "b"}));

  const Compiled grouped = reduced(task("a", "") + ", {'group': 'g', 'depends_on': ['a'], 'run_if': 'ALL_DONE', " +
                                   "'tasks': [" + task("b", "") + "]}, " + task("c", "'a', 'g'"));
  EXPECT_EQ(upstreams(grouped, "c"), (Keys{"a", "g__b"}));
}

TEST(Reduced, GoesThroughNoTaskThatMayBeLeftOut) {
  EXPECT_EQ(
      upstreams(reduced(task("a", "") + "," + task("b", "'a'", "'disabled': true, ") + "," + task("c", "'a', 'b'")),
                "c"),
      (Keys{"a", "b"}));
  EXPECT_EQ(upstreams(reduced(condition("ask") + "," + task("a", "") + "," +
                              task("b", "'a', {'task_key': 'ask', 'outcome': 'true'}") + "," + task("c", "'a', 'b'")),
                      "c"),
            (Keys{"a", "b"}));
}

TEST(Reduced, KeepsOutcomesAndWhatHasMembersOfItsOwn) {
  const Compiled result = reduced(condition("ask") + "," + task("b", "'ask'") + "," +
                                  task("c", "{'task_key': 'ask', 'outcome': 'true'}, 'b'") + "," +
                                  task("d", "{'task_key': 'ask', 'unknown': 1}, 'b'") + "," + task("e", "'ask', 'b'"));
  EXPECT_EQ(upstreams(result, "c"), (Keys{"ask:true", "b"}));
  EXPECT_EQ(upstreams(result, "d"), (Keys{"ask", "b"}));
  EXPECT_EQ(upstreams(result, "e"), Keys{"b"});
}

// What a compiled job says, read the slow way.
class Graph {
 public:
  struct Edge {
    std::string from;
    bool plain;
  };

  explicit Graph(const Compiled& compiled) {
    for (const json::value& value : compiled.settings.at("tasks").get_array()) {
      const json::object& task = value.get_object();
      const std::string key(task.at("task_key").get_string());
      std::vector<Edge>& edges = edges_[key];
      bool plain_only = true;
      if (const json::value* depends_on = task.if_contains("depends_on")) {
        for (const json::value& entry : depends_on->get_array()) {
          edges.push_back({std::string(entry.at("task_key").get_string()), entry.get_object().size() == 1});
          plain_only = plain_only && edges.back().plain;
        }
      }
      const json::value* run_if = task.if_contains("run_if");
      if (run_if == nullptr || *run_if == json::value("ALL_SUCCESS")) {
        on_success_.insert(key);
        if (plain_only) leads_on_.insert(key);
      }
    }
  }

  const std::map<std::string, std::vector<Edge>>& edges() const { return edges_; }

  // All that the task waits for, at once or not.
  Keys before(const std::string& task) const {
    Keys found;
    std::vector<std::string> open{task};
    while (!open.empty()) {
      const std::string next = open.back();
      open.pop_back();
      for (const Edge& edge : edges_.at(next))
        if (found.insert(edge.from).second) open.push_back(edge.from);
    }
    return found;
  }

  bool follows(const std::string& from, const std::string& to) const {
    if (!on_success_.contains(to)) return false;
    for (const Edge& edge : edges_.at(to))
      if (edge.plain && edge.from != from && leads_on_.contains(edge.from) && leads_from(from, edge.from)) return true;
    return false;
  }

 private:
  bool leads_from(const std::string& from, const std::string& to) const {
    Keys seen;
    std::vector<std::string> open{to};
    while (!open.empty()) {
      const std::string next = open.back();
      open.pop_back();
      for (const Edge& edge : edges_.at(next)) {
        if (!edge.plain) continue;
        if (edge.from == from) return true;
        if (leads_on_.contains(edge.from) && seen.insert(edge.from).second) open.push_back(edge.from);
      }
    }
    return false;
  }

  std::map<std::string, std::vector<Edge>> edges_;
  Keys on_success_;
  Keys leads_on_;
};

class ReducedProperty : public testing::TestWithParam<int> {};

// The reduced job has the same reachability, no plain dependency of it follows from others, and what it lacks follows.
void expect_reduction(json::value group) {
  const Graph direct(compiled(group));
  group.get_object()["depends_on"] = "reduced";
  const Compiled result = compiled(group);
  const Graph reduced(result);
  for (const auto& [key, edges] : direct.edges()) {
    EXPECT_EQ(reduced.before(key), direct.before(key)) << key << " in " << json::serialize(group);
    const auto& kept = reduced.edges().at(key);
    std::size_t next = 0;  // what is kept is in the same order
    for (const Graph::Edge& edge : edges) {
      if (next < kept.size() && kept[next].from == edge.from && kept[next].plain == edge.plain) {
        ++next;
        EXPECT_FALSE(edge.plain && reduced.follows(edge.from, key)) << edge.from << " -> " << key;
      } else {
        EXPECT_TRUE(edge.plain && reduced.follows(edge.from, key)) << edge.from << " -> " << key;
      }
    }
    EXPECT_EQ(next, kept.size()) << key;
  }
}

TEST_P(ReducedProperty, HoldsForNestedGroups) { expect_reduction(RandomGroup(GetParam()).group()); }

TEST_P(ReducedProperty, HoldsForConditionsAndRunIfs) {
  std::mt19937 random(static_cast<unsigned>(GetParam()));
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  const int size = GetParam() % 10 == 0 ? 150 : 12;  // more than one round of 64
  const auto name = [](int i) { return "t" + std::to_string(i); };
  json::array tasks;
  for (int i = 0; i < size; ++i) {
    json::object task{{"task_key", name(i)}};
    json::array depends_on;
    for (int k = 0; k < 4 && i > 0; ++k) {
      const int other = std::max(0, i - 1 - below(8));
      const bool is_condition = other % 3 == 0;
      if (is_condition && below(3) == 0) {
        depends_on.push_back(json::object{{"task_key", name(other)}, {"outcome", below(2) == 0 ? "true" : "false"}});
      } else {
        depends_on.push_back(json::value(name(other)));
      }
    }
    task["depends_on"] = std::move(depends_on);
    if (i % 3 == 0) {
      task["condition_task"] = json::object{{"op", "EQUAL_TO"}, {"left", "1"}, {"right", "1"}};
    } else {
      task["run_job_task"] = json::object{{"job_id", 1}};
    }
    if (below(8) == 0) task["run_if"] = "ALL_DONE";
    tasks.push_back(std::move(task));
  }
  expect_reduction(json::object{{"tasks", std::move(tasks)}});
}

INSTANTIATE_TEST_SUITE_P(Seeds, ReducedProperty, testing::Range(1, 101));

}  // namespace
}  // namespace brickwork::group
