#include "group/dynamic_values.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "group/edit_distance.h"
#include "group/strings.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

// First parts of the references of Databricks, and the whole names of its older form.
constexpr std::string_view kNamespaces[] = {"job",
                                            "task",
                                            "tasks",
                                            "input",
                                            "workspace",
                                            "secrets",
                                            "backfill",
                                            "job_id",
                                            "run_id",
                                            "start_date",
                                            "start_time",
                                            "job_name",
                                            "parent_run_id",
                                            "task_key",
                                            "task_retry_count",
                                            "start_timestamp_ms"};

bool is_reference(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.' || c == '/';
  });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// The next part of a dotted name, taken off its front.
std::string_view take_part(std::string_view& text) {
  const std::size_t dot = text.find('.');
  const std::string_view part = text.substr(0, dot);
  text.remove_prefix(dot == std::string_view::npos ? text.size() : dot + 1);
  return part;
}

class Checker {
 public:
  Checker(const Tree& tree, std::span<const CompiledTask> tasks, const Dependencies* dependencies, Findings& findings)
      : tree_(tree), tasks_(tasks), dependencies_(dependencies), findings_(findings) {}

  void check_task(std::uint32_t task) {
    const TaskMembers& members = tree_.tasks()[task].members;
    if (members.kind_value == nullptr) return;
    task_ = task;
    is_loop_ = members.kind != nullptr && members.kind->member == "for_each_task";
    const Place place = tree_.place(tree_.tasks()[task]);
    const std::string_view kind = members.kind != nullptr ? members.kind->member : std::string_view();
    // The place of a kind that only Databricks knows is of no use: nothing is said about what is inside.
    if (kind.empty()) return;
    for_each_string(*members.kind_value, kind, Place(place, kind),
                    [this](std::string_view, std::string_view text, const Place& where) { check_text(text, where); });
  }

 private:
  void check_text(std::string_view text, const Place& place) {
    for (std::size_t begin = text.find("{{"); begin != std::string_view::npos; begin = text.find("{{", begin)) {
      const std::size_t end = text.find("}}", begin + 2);
      if (end == std::string_view::npos) return;
      const std::string_view reference = trimmed(text.substr(begin + 2, end - begin - 2));
      if (is_reference(reference)) check_reference(reference, place);
      begin = end + 2;
    }
  }

  void check_reference(std::string_view reference, const Place& place) {
    std::string_view rest = reference;
    const std::string_view first = rest.starts_with("secrets/") ? std::string_view("secrets") : take_part(rest);
    if (std::find(std::begin(kNamespaces), std::end(kNamespaces), first) == std::end(kNamespaces)) {
      findings_.warning(place, "unknown_reference", "{{" + shortened(reference) + "}} is no value of Databricks",
                        "known are job, task, tasks, input and workspace");
    } else if (first == "input" && !is_loop_) {
      findings_.warning(place, "input_outside_loop",
                        "{{" + shortened(reference) + "}} has a value in a for_each_task only",
                        "put the task into a for_each_task");
    } else if (first == "tasks") {
      check_task_reference(reference, take_part(rest), place);
    } else if (first == "job" && take_part(rest) == "parameters") {
      check_parameter_reference(reference, rest, place);
    }
  }

  void check_parameter_reference(std::string_view reference, std::string_view name, const Place& place) {
    read_parameters();
    if (parameters_.contains(name)) return;
    findings_.warning(place, "unknown_parameter",
                      "{{" + shortened(reference) + "}} needs a job parameter that is not declared",
                      "add {\"name\": " + quoted(name) + ", \"default\": ...} to parameters");
  }

  void check_task_reference(std::string_view reference, std::string_view key, const Place& place) {
    read_keys();
    const auto found = keys_.find(key);
    if (found == keys_.end()) {
      findings_.warning(place, "unknown_task_reference", "{{" + shortened(reference) + "}} names no task of the job",
                        fix_of(key));
    } else if (dependencies_ != nullptr && found->second != task_ && !is_upstream(found->second)) {
      findings_.warning(place, "reference_not_upstream",
                        "{{" + shortened(reference) + "}} is read by " + quoted(tasks_[task_].path) +
                            ", which does not wait for that task",
                        "add " + quoted(tasks_[found->second].path) + " to depends_on");
    }
  }

  // Databricks knows a task of a nested group by its whole key.
  std::string fix_of(std::string_view name) const {
    for (std::uint32_t i = 0; i < tasks_.size(); ++i) {
      if (tree_.tasks()[i].name == name) return "its key is " + quoted(tasks_[i].task_key);
    }
    for (const CompiledTask& task : tasks_) {
      if (edit_distance(name, task.task_key, most_edits(name)) <= most_edits(name))
        return "did you mean " + quoted(task.task_key) + "?";
    }
    return "name a task by its task_key in the job";
  }

  bool is_upstream(std::uint32_t wanted) {
    if (seen_by_.empty()) seen_by_.assign(tasks_.size(), static_cast<std::uint32_t>(-1));
    std::vector<std::uint32_t> open{task_};
    const std::uint32_t walk = walks_++;
    while (!open.empty()) {
      const std::uint32_t task = open.back();
      open.pop_back();
      for (const Dependency& dependency : dependencies_->of(task)) {
        if (dependency.task == wanted) return true;
        if (seen_by_[dependency.task] == walk) continue;
        seen_by_[dependency.task] = walk;
        open.push_back(dependency.task);
      }
    }
    return false;
  }

  void read_keys() {
    if (!keys_.empty()) return;
    for (std::uint32_t i = 0; i < tasks_.size(); ++i) keys_.emplace(tasks_[i].task_key, i);
  }

  void read_parameters() {
    if (has_parameters_) return;
    has_parameters_ = true;
    const json::array* list = array_in(*tree_.groups().front().object, "parameters");
    if (list == nullptr) return;
    for (const json::value& entry : *list) {
      const json::object* object = entry.if_object();
      if (const json::string* name = object != nullptr ? string_in(*object, "name") : nullptr)
        parameters_.insert(*name);
    }
  }

  static std::string shortened(std::string_view reference) {
    return std::string(reference.substr(0, 100)) + (reference.size() > 100 ? "..." : "");
  }

  const Tree& tree_;
  std::span<const CompiledTask> tasks_;
  const Dependencies* dependencies_;
  Findings& findings_;
  std::uint32_t task_ = 0;
  bool is_loop_ = false;
  std::unordered_map<std::string_view, std::uint32_t> keys_;
  std::unordered_set<std::string_view> parameters_;
  bool has_parameters_ = false;
  std::vector<std::uint32_t> seen_by_;
  std::uint32_t walks_ = 0;
};

}  // namespace

void check_dynamic_values(const Tree& tree, std::span<const CompiledTask> tasks, const Dependencies* dependencies,
                          Findings& findings) {
  Checker checker(tree, tasks, dependencies, findings);
  for (std::uint32_t i = 0; i < tree.tasks().size(); ++i) checker.check_task(i);
}

}  // namespace brickwork::group
