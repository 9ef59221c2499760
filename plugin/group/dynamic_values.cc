#include "group/dynamic_values.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "group/dynamic_reference.h"
#include "group/edit_distance.h"
#include "group/parameters.h"
#include "group/strings.h"
#include "group/upstreams.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

// Defaults that refer to many tasks are asked for each task that inherits them; nobody writes so many.
constexpr std::size_t kMaxQuestions = 100'000;

std::string shortened(std::string_view reference) {
  return std::string(reference.substr(0, 100)) + (reference.size() > 100 ? "..." : "");
}
std::string in_braces(std::string_view reference) { return "{{" + shortened(reference) + "}}"; }

class Checker {
 public:
  Checker(const Tree& tree, std::span<const CompiledTask> tasks, const Dependencies* dependencies,
          const Defaults* defaults, Findings& findings)
      : tree_(tree), tasks_(tasks), dependencies_(dependencies), defaults_(defaults), findings_(findings) {}

  void run() {
    for (std::uint32_t task = 0; task < tree_.tasks().size(); ++task) read_task(task);
    for (std::uint32_t group = 0; group < tree_.groups().size(); ++group) read_defaults(group);
    read_parameter_defaults();
    if (!questions_.empty()) report_what_is_not_upstream();
  }

 private:
  // Where a text stands decides what it may refer to.
  enum class Where : std::uint8_t { kTask, kLoopBody, kDefaults, kJob };

  // The second reading is for tasks and groups of which a question was answered by no.
  enum class Reading : std::uint8_t { kFirst, kAgain };

  void read_task(std::uint32_t task) {
    const TaskMembers& members = tree_.tasks()[task].members;
    // The place of a kind that only Databricks knows is of no use: nothing is said about what is inside.
    if (members.kind == nullptr || !members.has_braces) return;
    task_ = task;
    const Place place = tree_.place(tree_.tasks()[task]);
    const Place kind_place(place, members.kind->member);
    const json::object* loop = members.kind->member == "for_each_task" ? members.kind_value->if_object() : nullptr;
    if (loop == nullptr) return read_value(*members.kind_value, members.kind->member, kind_place, Where::kTask);
    for (const auto& [name, value] : *loop)
      read_value(value, name, Place(kind_place, name), name == "task" ? Where::kLoopBody : Where::kTask);
  }

  void read_value(const json::value& value, std::string_view name, const Place& place, Where where) {
    for_each_string(value, name, place, [&](std::string_view, std::string_view text, const Place& text_place) {
      if (text.find('{') != std::string_view::npos) read_text(text, text_place, where);
    });
  }

  void read_defaults(std::uint32_t group) {
    const GroupNode& node = tree_.groups()[group];
    const json::object* defaults = object_in(*node.object, "defaults");
    if (defaults == nullptr) return;
    const Place place(node.place, "defaults");
    for (const auto& [member, value] : *defaults) {
      if (find_parameter_default(member) == nullptr || !value.is_structured()) continue;
      const Place member_place(place, member);
      inherited_ = {.group = group, .member = member, .value = &value};
      if (value.is_array()) {
        read_value(value, member, member_place, Where::kDefaults);
        continue;
      }
      for (const auto& [name, text] : value.get_object()) {
        inherited_.name = name;
        read_value(text, name, Place(member_place, name), Where::kDefaults);
      }
    }
  }

  void read_parameter_defaults() {
    const json::array* list = array_in(*tree_.groups().front().object, "parameters");
    if (list == nullptr) return;
    const Place root;
    const Place place(root, "parameters");
    for (std::size_t i = 0; i < list->size(); ++i) {
      const json::object* entry = (*list)[i].if_object();
      const json::value* value = entry != nullptr ? entry->if_contains("default") : nullptr;
      if (value == nullptr) continue;
      const Place entry_place(place, i);
      read_value(*value, "default", Place(entry_place, "default"), Where::kJob);
    }
  }

  void read_text(std::string_view text, const Place& place, Where where) {
    for (const DynamicReference& reference : dynamic_references(text)) {
      if (reading_ == Reading::kAgain) {
        report_again(reference, place, where);
      } else if (reference.path.empty()) {
        findings_.warning(place, "malformed_reference",
                          quoted(reference.text) + " looks like a reference, but Databricks reads it as plain text",
                          "write it between {{ and }}, as in {{job.id}}; in a Python f-string each brace is doubled");
      } else {
        check_reference(reference, place, where);
      }
    }
  }

  void check_reference(const DynamicReference& reference, const Place& place, Where where) {
    const ReferencePath& path = reference.path;
    const std::string_view first = path.front();
    if (!is_reference_namespace(first)) {
      report_unknown(reference, place, "unknown_reference",
                     "known are job, task, tasks, input, workspace and backfill");
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
      check_task_reference(reference, place, where);
    } else if (first == "job" && path[1] == "parameters") {
      check_parameter_reference(reference, place);
    }
  }

  void report_unknown(const DynamicReference& reference, const Place& place, std::string_view rule,
                      std::string_view otherwise) {
    const std::string nearest = nearest_reference(reference.path);
    findings_.warning(place, rule, in_braces(reference.text) + " is no value of Databricks",
                      nearest.empty() ? std::string(otherwise) : "did you mean " + in_braces(nearest) + "?");
  }

  void check_parameter_reference(const DynamicReference& reference, const Place& place) {
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

  void check_task_reference(const DynamicReference& reference, const Place& place, Where where) {
    const std::string_view key = reference.path[1];
    const auto found = keys().find(key);
    if (found == keys().end()) {
      findings_.warning(place, "unknown_task_reference", in_braces(reference.text) + " names no task of the job",
                        fix_of(key));
    } else if (dependencies_ != nullptr && where == Where::kDefaults) {
      ask_for_heirs(found->second);
    } else if (dependencies_ != nullptr && !is_direct(found->second)) {
      questions_.push_back({task_, found->second});
    }
  }

  bool is_direct(std::uint32_t wanted) const {
    const auto direct = dependencies_->of(task_);
    return std::any_of(direct.begin(), direct.end(), [&](const Dependency& one) { return one.task == wanted; });
  }

  // Every task that has this default must wait for the task that it refers to.
  void ask_for_heirs(std::uint32_t wanted) {
    const GroupNode& group = tree_.groups()[inherited_.group];
    for (std::uint32_t task = group.first_task; task < group.end_task; ++task) {
      if (questions_.size() >= kMaxQuestions) return;
      if (!inherits(tree_.tasks()[task])) continue;
      questions_.push_back({task, wanted});
    }
  }

  bool inherits(const TaskNode& task) const {
    const Kind* kind = task.members.kind;
    const ParameterDefault* rule = kind != nullptr ? find_parameter_default(inherited_.member, kind->member) : nullptr;
    if (rule == nullptr) return false;
    const json::object* own = task.members.kind_value->if_object();
    const json::value* parameters = own != nullptr ? own->if_contains(rule->member) : nullptr;
    const bool is_map = inherited_.value->is_object();
    if (parameters != nullptr && (!is_map || parameters->is_null())) return false;
    if (is_map && parameters != nullptr && parameters->is_object() &&
        parameters->get_object().contains(inherited_.name))
      return false;
    // A group between them may say something else.
    const json::object* effective = defaults_ != nullptr ? defaults_->of(task.group) : nullptr;
    const json::value* value = effective != nullptr ? effective->if_contains(inherited_.member) : nullptr;
    if (value == nullptr) return false;
    if (!is_map) return *value == *inherited_.value;
    const json::object* map = value->if_object();
    const json::value* entry = map != nullptr ? map->if_contains(inherited_.name) : nullptr;
    return entry != nullptr && *entry == inherited_.value->get_object().at(inherited_.name);
  }

  // Pairs that are not in order are rare: the texts of their tasks are read once more to say where they stand.
  void report_what_is_not_upstream() {
    const std::vector<bool> answers = are_upstream(*dependencies_, questions_);
    for (std::size_t i = 0; i < questions_.size(); ++i) {
      if (!answers[i]) refused_[questions_[i].task].insert(questions_[i].wanted);
    }
    if (refused_.empty()) return;
    reading_ = Reading::kAgain;
    for (std::uint32_t task = 0; task < tree_.tasks().size(); ++task) {
      if (refused_.contains(task)) read_task(task);
    }
    for (std::uint32_t group = 0; group < tree_.groups().size(); ++group) read_defaults(group);
  }

  void report_again(const DynamicReference& reference, const Place& place, Where where) {
    if (reference.path.size() < 2 || reference.path.front() != "tasks" || !is_known_reference(reference.path)) return;
    const auto found = keys().find(reference.path[1]);
    if (found == keys().end()) return;
    if (where != Where::kDefaults) {
      if (is_refused(task_, found->second)) report_not_upstream(reference, task_, found->second, place);
      return;
    }
    const GroupNode& group = tree_.groups()[inherited_.group];
    for (std::uint32_t task = group.first_task; task < group.end_task; ++task) {
      if (!is_refused(task, found->second) || !inherits(tree_.tasks()[task])) continue;
      report_not_upstream(reference, task, found->second, place);  // the first one is enough to mend it
      return;
    }
  }

  bool is_refused(std::uint32_t task, std::uint32_t wanted) const {
    const auto found = refused_.find(task);
    return found != refused_.end() && found->second.contains(wanted);
  }

  void report_not_upstream(const DynamicReference& reference, std::uint32_t task, std::uint32_t wanted,
                           const Place& place) {
    findings_.warning(place, "reference_not_upstream",
                      in_braces(reference.text) + " is read by " + quoted(tasks_[task].path) +
                          (task == wanted ? ", which is that task itself" : ", which does not wait for that task"),
                      task == wanted ? "a task's own values are there for those that wait for it"
                                     : "add " + quoted(tasks_[wanted].path) + " to depends_on");
  }

  // Databricks knows a task of a nested group by its whole key.
  std::string fix_of(std::string_view name) {
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

  const std::unordered_map<std::string_view, std::uint32_t>& keys() {
    if (keys_.empty()) {
      for (std::uint32_t i = 0; i < tasks_.size(); ++i) keys_.emplace(tasks_[i].task_key, i);
    }
    return keys_;
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

  // The parameter of `defaults` that is being read.
  struct Inherited {
    std::uint32_t group = 0;
    std::string_view member;
    const json::value* value = nullptr;
    std::string_view name;
  };

  const Tree& tree_;
  std::span<const CompiledTask> tasks_;
  const Dependencies* dependencies_;
  const Defaults* defaults_;
  Findings& findings_;
  std::uint32_t task_ = 0;
  Inherited inherited_;
  Reading reading_ = Reading::kFirst;
  std::unordered_map<std::string_view, std::uint32_t> keys_;
  std::unordered_set<std::string_view> parameters_;
  bool has_parameters_ = false;
  std::vector<UpstreamQuestion> questions_;
  std::unordered_map<std::uint32_t, std::unordered_set<std::uint32_t>> refused_;
  std::size_t work_left_ = 2'000'000;  // for suggestions in all
};

}  // namespace

void check_dynamic_values(const Tree& tree, std::span<const CompiledTask> tasks, const Dependencies* dependencies,
                          const Defaults* defaults, Findings& findings) {
  Checker(tree, tasks, dependencies, defaults, findings).run();
}

}  // namespace brickwork::group
