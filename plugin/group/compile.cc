#include "group/compile.h"

#include <algorithm>

#include "group/airflow.h"
#include "group/analysis.h"
#include "group/digest.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

Status refusal(std::vector<Finding> findings) {
  const auto first = std::find_if(findings.begin(), findings.end(),
                                  [](const Finding& finding) { return finding.severity == Finding::Severity::kError; });
  Fault fault;
  fault.code = Code::kInvalidArgument;
  fault.message = first->message + ": " + first->fix;
  fault.pointer = first->pointer;
  fault.findings = std::move(findings);
  return Status(std::move(fault));
}

// Turns the document into settings in place: what a task object holds is moved, never copied.
class Assembly {
 public:
  Assembly(const Analysis& analysis, json::object& job) : analysis_(analysis), tree_(*analysis.tree), job_(job) {}

  // What the Airflow dialect hands to run-now is returned.
  json::object run() {
    find_task_arrays();
    json::array flat(job_.storage());
    json::array parameters(job_.storage());
    const bool is_flat = tree_.groups().size() == 1;
    if (!is_flat) flat.reserve(tree_.tasks().size());
    for (std::uint32_t i = 0; i < tree_.tasks().size(); ++i) {
      json::value& task = finish_task(i);
      analysis_.launch_values.apply(i, task.get_object(), parameters);
      if (is_flat) continue;
      flat.push_back(std::move(task));
      drop_groups_after(i);
    }
    if (!is_flat) job_["tasks"] = std::move(flat);
    if (!parameters.empty()) declare(std::move(parameters));
    json::object run_now = analysis_.is_airflow ? finish_airflow(job_) : json::object();
    for (std::string_view ours : {"schema", "dialect", "defaults", "policy", "launch", "lint"}) {
      if (const auto member = job_.find(ours); member != job_.end()) job_.stable_erase(member);
    }
    if (const auto option = job_.find("depends_on"); option != job_.end() && option->value().is_string())
      job_.stable_erase(option);
    return run_now;
  }

 private:
  void declare(json::array parameters) {
    json::value& declared = job_["parameters"];
    if (!declared.is_array()) declared.emplace_array();
    for (json::value& parameter : parameters) declared.get_array().push_back(std::move(parameter));
  }

  void find_task_arrays() {
    arrays_.reserve(tree_.groups().size());
    for (const GroupNode& group : tree_.groups()) {
      json::object& object = arrays_.empty() ? job_ : (*arrays_[group.parent])[group.index].get_object();
      json::value* tasks = object.if_contains("tasks");
      arrays_.push_back(tasks != nullptr ? tasks->if_array() : nullptr);
    }
  }

  // What is left of the groups that end there is of no more use: their tasks were the last to ask what they say.
  void drop_groups_after(std::uint32_t task) {
    for (std::uint32_t group = tree_.tasks()[task].group; group != 0 && tree_.groups()[group].end_task == task + 1;
         group = tree_.groups()[group].parent)
      (*arrays_[tree_.groups()[group].parent])[tree_.groups()[group].index] = nullptr;
  }

  json::value& finish_task(std::uint32_t index) {
    const TaskNode& node = tree_.tasks()[index];
    json::value& value = (*arrays_[node.group])[node.index];
    json::object& task = value.get_object();
    const std::string& key = analysis_.tasks[index].task_key;
    if (json::string& own = task.at("task_key").get_string(); own != key) own = key;

    const std::span<const Dependency> dependencies = analysis_.dependencies->of(index);
    if (json::array* own = own_in_order(index, task, dependencies)) {
      for (std::size_t i = 0; i < dependencies.size(); ++i) finish_entry((*own)[i], dependencies[i]);
    } else if (!dependencies.empty() || node.members.depends_on != nullptr) {
      write_depends_on(dependencies, task);
    }
    const json::string* run_if = analysis_.dependencies->run_if_from_group(index);
    if (run_if != nullptr && !dependencies.empty() && !task.contains("run_if")) task.emplace("run_if", *run_if);
    analysis_.defaults->apply(node.group, task, node.members.kind, !dependencies.empty());
    return value;
  }

  // The depends_on of the task where its entries are its dependencies one by one, as in every settings document; else
  // null.
  json::array* own_in_order(std::uint32_t index, json::object& task, std::span<const Dependency> dependencies) const {
    if (tree_.tasks()[index].members.depends_on == nullptr) return nullptr;
    json::array& entries = task.at("depends_on").get_array();
    if (entries.size() != dependencies.size()) return nullptr;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (dependencies[i].entry != i || dependencies[i].writer_type != NodeId::Type::kTask) return nullptr;
    }
    return &entries;
  }

  // Turns what is written into what Databricks takes.
  void finish_entry(json::value& value, const Dependency& dependency) const {
    if (!value.is_object()) value.emplace_object();
    json::object& entry = value.get_object();
    if (entry.empty()) entry.reserve(dependency.outcome == Outcome::kNone ? 1 : 2);
    const std::string& key = analysis_.tasks[dependency.task].task_key;
    if (json::value* own = entry.if_contains("task_key")) {
      if (own->get_string() != key) own->get_string() = key;
    } else {
      entry.emplace("task_key", key);
    }
    // An empty group hands on what it waits for, outcome and all.
    if (dependency.outcome != Outcome::kNone && !entry.contains("outcome"))
      entry.emplace("outcome", dependency.outcome == Outcome::kTrue ? "true" : "false");
  }

  void write_depends_on(std::span<const Dependency> dependencies, json::object& task) {
    json::array entries(task.storage());
    entries.reserve(dependencies.size());
    for (const Dependency& dependency : dependencies) {
      json::value& entry = entries.emplace_back(nullptr);
      if (const json::object* written = written_entry(dependency)) entry = *written;
      finish_entry(entry, dependency);
    }
    task["depends_on"] = std::move(entries);
  }

  // The entry as the document has it, for the members that only Databricks knows.
  const json::object* written_entry(const Dependency& dependency) const {
    const NodeId writer = dependency.written_in();
    const json::value* depends_on =
        writer.is_task() ? tree_.tasks()[writer.index].members.depends_on : tree_.groups()[writer.index].depends_on;
    return depends_on->get_array()[dependency.entry].if_object();
  }

  const Analysis& analysis_;
  const Tree& tree_;
  json::object& job_;
  std::vector<json::array*> arrays_;
};

// The analysis is gone before the digest is made: from then on the settings alone take memory.
Compiled without_digest(Analysis analysis, json::object job, std::vector<Finding> findings) {
  json::object run_now = Assembly(analysis, job).run();
  // Constructed, not assigned: an object that is assigned across memory resources is copied.
  Compiled compiled{.settings = std::move(job)};
  for (const GroupNode& group : analysis.tree->groups()) {
    if (group.depth > 0) compiled.groups.push_back(group.path);
  }
  compiled.tasks = std::move(analysis.tasks);
  compiled.policy = std::move(analysis.policy);
  compiled.run_parameters = analysis.launch_values.run_parameters();
  compiled.run_now = std::move(run_now);
  compiled.findings = std::move(findings);
  return compiled;
}

Compiled assemble(Analysis analysis, json::object job, std::vector<Finding> findings) {
  Compiled compiled = without_digest(std::move(analysis), std::move(job), std::move(findings));
  compiled.digest = digest_of_settings(compiled.settings);
  return compiled;
}

// Everything that is known of the document, in whose place stands its translation if it speaks a dialect. Findings
// point to where things are in what the host wrote.
Analysis analyse_translated(json::value& document, std::vector<Finding>& list, bool& has_errors) {
  Findings findings{Severities(document)};
  const bool is_airflow = speaks_airflow(document);
  if (is_airflow) translate_airflow(document.get_object(), findings);
  Analysis analysis = analyse(document, findings);
  if (is_airflow) {
    const json::object& job = document.get_object();
    findings.repoint([&](const std::string& pointer) { return airflow_pointer(job, pointer); });
  }
  has_errors = findings.has_errors();
  list = std::move(findings).in_order_of(document);
  return analysis;
}

}  // namespace

std::vector<Finding> lint(const json::value& group) {
  if (speaks_airflow(group)) {
    json::value copy = group;
    std::vector<Finding> list;
    bool has_errors = false;
    analyse_translated(copy, list, has_errors);
    return list;
  }
  Findings findings{Severities(group)};
  analyse(group, findings);
  return std::move(findings).in_order_of(group);
}

Result<Compiled> compile(const json::value& group) {
  if (speaks_airflow(group)) return compile(json::value(group));
  Findings findings{Severities(group)};
  Analysis analysis = analyse(group, findings);
  const bool has_errors = findings.has_errors();
  std::vector<Finding> list = std::move(findings).in_order_of(group);
  if (has_errors) return refusal(std::move(list));
  return assemble(std::move(analysis), json::object(group.get_object()), std::move(list));
}

Result<Compiled> compile(json::value&& group) {
  std::vector<Finding> list;
  bool has_errors = false;
  Analysis analysis = analyse_translated(group, list, has_errors);
  if (has_errors) return refusal(std::move(list));
  return assemble(std::move(analysis), std::move(group.get_object()), std::move(list));
}

}  // namespace brickwork::group
