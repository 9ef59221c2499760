#include "group/analysis.h"

#include <algorithm>

#include "group/airflow.h"
#include "group/case_only.h"
#include "group/compute_keys.h"
#include "group/depth.h"
#include "group/dynamic_values.h"
#include "group/git_source.h"
#include "group/job.h"
#include "group/keys.h"
#include "group/plain_secrets.h"
#include "group/policy.h"
#include "group/reduce.h"
#include "group/run_parameters.h"
#include "group/severities.h"
#include "group/with_defaults.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

// Beyond this the paths alone would take more than the document; nothing lifts this limit.
constexpr std::size_t kMaxCompiledTasks = 10 * kMaxTasks;

// How many tasks are compiled: those that Databricks takes, or more for who has silenced the rule.
std::size_t most_tasks(const Findings& findings) {
  return findings.is_error("too_many_tasks") ? kMaxTasks : kMaxCompiledTasks;
}

void check_size(const Tree& tree, Findings& findings) {
  if (tree.tasks().size() <= kMaxTasks) return;
  if (tree.tasks().size() > kMaxCompiledTasks && !findings.is_error("too_many_tasks")) {
    findings.error(tree.groups().front().tasks_place, "too_large",
                   "the group has " + std::to_string(tree.tasks().size()) + " tasks, no more than 10000 are compiled",
                   "split it into several jobs and join them by run_job_task");
    return;
  }
  findings.error(tree.groups().front().tasks_place, "too_many_tasks",
                 "the group has " + std::to_string(tree.tasks().size()) + " tasks, Databricks takes 1000 in a job",
                 "split it into several jobs and join them by run_job_task");
}

void check_all_defaults(const Tree& tree, Findings& findings) {
  for (const GroupNode& group : tree.groups()) {
    if (const json::object* defaults = object_in(*group.object, "defaults"))
      check_defaults(*defaults, Place(group.place, "defaults"), findings);
  }
}

// All but the entries of `tasks`, which the tree looks at one by one.
bool is_too_deep_around_tasks(const json::object& job) {
  return std::any_of(job.begin(), job.end(), [](const json::key_value_pair& member) {
    return (member.key() != "tasks" || !member.value().is_array()) && is_too_deep(member.value(), 1);
  });
}

// The tree, and what is found out about each task while it is read.
struct FirstWalk {
  References references;
  std::vector<TaskChoices> choices;

  Tree run(const json::object& job, Findings& findings) {
    ComputeKeys compute_keys(job);
    const bool has_git_source = has(job, "git_source");
    check_git_source(job, findings);
    const auto on_task = [&](const Tree& tree, std::uint32_t task, const TaskChoices& own, const Place& place) {
      const TaskNode& node = tree.tasks()[task];
      compute_keys.check(node, own, place, findings);
      if (!has_git_source) check_without_git_source(node.members, place, findings);
      references.read_early(tree, task);
      choices.push_back(own);
    };
    Tree tree(job, on_task, findings);
    if (!tree.is_too_deep()) compute_keys.check_rest(tree, findings);
    return tree;
  }
};

}  // namespace

Analysis analyse(const json::value& document, Findings& findings) {
  Analysis analysis;
  const json::object* job = document.if_object();
  if (job == nullptr) {
    findings.error(Place(), "not_an_object", "the group is " + shown(document) + ", it must be an object",
                   "write {\"name\": ..., \"tasks\": [...]}");
    return analysis;
  }
  if (is_too_deep_around_tasks(*job)) {
    report_depth(findings);
    return analysis;
  }
  Findings before = findings;

  check_severities(*job, findings);
  check_job(*job, findings);
  analysis.policy = read_policy(*job, findings);
  FirstWalk walk;
  const Tree& tree = analysis.tree.emplace(walk.run(*job, findings));
  if (tree.is_too_deep()) {
    // Nothing else is said about such a document, wherever in it the deep part is.
    findings = std::move(before);
    report_depth(findings);
    analysis.tree.reset();
    return analysis;
  }
  check_size(tree, findings);
  check_all_defaults(tree, findings);
  check_run_parameters(tree, findings);

  References& references = walk.references;
  references.read_rest(tree, findings);
  const std::vector<Step> order = order_of(tree, references, findings);
  const bool is_airflow = analysis.is_airflow = speaks_airflow(document);
  if (tree.tasks().size() <= kMaxCompiledTasks)
    analysis.tasks = is_airflow ? airflow_keys_of(tree, findings) : keys_of(tree, findings);
  if (is_airflow) check_airflow_dependencies(tree, analysis.tasks, findings);
  if (tree.tasks().size() <= most_tasks(findings)) {
    analysis.defaults.emplace(tree, findings,
                              is_airflow ? Defaults::Precedence::kGroup : Defaults::Precedence::kNearest);
    check_with_defaults(tree, walk.choices, *analysis.defaults, analysis.policy, findings);
    if (!order.empty()) analysis.dependencies.emplace(tree, references, order, findings);
    const json::string* depends_on = string_in(*job, "depends_on");
    if (analysis.dependencies && depends_on != nullptr && *depends_on == "reduced")
      reduce(tree, *analysis.defaults, *analysis.dependencies);
  }
  if (!analysis.tasks.empty()) {
    const Dependencies* dependencies = analysis.dependencies ? &*analysis.dependencies : nullptr;
    const Defaults* defaults = analysis.defaults ? &*analysis.defaults : nullptr;
    check_dynamic_values(tree, analysis.tasks, dependencies, defaults, findings);
    analysis.launch_values = LaunchValues(tree, analysis.tasks, defaults, findings);
  }
  check_plain_secrets(tree, findings);
  check_case(*job, analysis.tasks, tree, findings);
  analysis.tree->forget_names();
  return analysis;
}

}  // namespace brickwork::group
