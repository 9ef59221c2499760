#include "group/reference_rules.h"

#include <algorithm>

#include "group/edit_distance.h"

namespace brickwork::group {

namespace json = boost::json;

std::string in_braces(std::string_view reference) {
  constexpr std::size_t kMaxShown = 100;
  return "{{" + std::string(reference.substr(0, kMaxShown)) + (reference.size() > kMaxShown ? "..." : "") + "}}";
}

std::optional<std::uint32_t> ReferenceRules::check(const DynamicReference& reference, const Place& place, Where where) {
  const ReferencePath& path = reference.path;
  const std::string_view first = path.front();
  if (!is_reference_namespace(first)) {
    report_unknown(reference, place, "unknown_reference", "known are job, task, tasks, input, workspace and backfill");
  } else if (where == Where::kJob && (first == "task" || first == "tasks" || first == "input")) {
    findings_.warning(place, "reference_out_of_place",
                      in_braces(reference.text) + " has no value in a job parameter, which is set before any task",
                      "write it into the parameters of the task that needs it");
  } else if (!is_known_reference(path)) {
    report_unknown(reference, place, "bad_reference",
                   "Databricks refuses a name that " + std::string(first) +
                       " does not have; look it up under dynamic value references");
  } else if (first == "input" && where == Where::kTask) {
    findings_.warning(place, "input_outside_loop", in_braces(reference.text) + " has a value in a for_each_task only",
                      "put the task into a for_each_task");
  } else if (first == "tasks") {
    const std::optional<std::uint32_t> task = task_of(path[1]);
    if (!task) {
      findings_.warning(place, "unknown_task_reference", in_braces(reference.text) + " names no task of the job",
                        fix_of(path[1]));
    }
    return task;
  } else if (first == "job" && path[1] == "parameters") {
    check_parameter(reference, place);
  }
  return std::nullopt;
}

void ReferenceRules::report_unknown(const DynamicReference& reference, const Place& place, std::string_view rule,
                                    std::string_view otherwise) {
  const std::string nearest = nearest_reference(reference.path);
  findings_.warning(place, rule, in_braces(reference.text) + " is no value of Databricks",
                    nearest.empty() ? std::string(otherwise) : "did you mean " + in_braces(nearest) + "?");
}

void ReferenceRules::check_parameter(const DynamicReference& reference, const Place& place) {
  read_parameters();
  // A name may have dots of its own.
  std::string name;
  for (std::size_t i = 2; i < reference.path.size(); ++i)
    name += (name.empty() ? "" : ".") + std::string(reference.path[i]);
  if (parameters_.contains(name)) return;
  findings_.warning(place, "unknown_parameter",
                    in_braces(reference.text) + " needs a job parameter that is not declared",
                    "add {\"name\": " + quoted(name) + ", \"default\": ...} to parameters");
}

// Databricks knows a task of a nested group by its whole key.
std::string ReferenceRules::fix_of(std::string_view name) {
  for (std::uint32_t i = 0; i < tasks_.size() && work_left_ > 0; ++i, --work_left_) {
    if (tree_.tasks()[i].name == name) return "its key is " + quoted(tasks_[i].task_key);
  }
  const std::size_t limit = most_edits(name);
  const std::size_t work = (limit + 1) * std::min<std::size_t>(name.size(), 100);
  for (const CompiledTask& task : tasks_) {
    if (work_left_ < work) break;
    work_left_ -= work;
    if (edit_distance(name, task.task_key, limit) <= limit) return "did you mean " + quoted(task.task_key) + "?";
  }
  return "name a task by its task_key in the job";
}

std::optional<std::uint32_t> ReferenceRules::task_of(std::string_view key) {
  if (keys_.empty()) {
    for (std::uint32_t i = 0; i < tasks_.size(); ++i) keys_.emplace(tasks_[i].task_key, i);
  }
  const auto found = keys_.find(key);
  return found != keys_.end() ? std::optional(found->second) : std::nullopt;
}

void ReferenceRules::read_parameters() {
  if (has_parameters_) return;
  has_parameters_ = true;
  const json::array* list = array_in(*tree_.groups().front().object, "parameters");
  if (list == nullptr) return;
  for (const json::value& entry : *list) {
    const json::object* object = entry.if_object();
    if (const json::string* name = object != nullptr ? string_in(*object, "name") : nullptr) parameters_.insert(*name);
  }
}

}  // namespace brickwork::group
