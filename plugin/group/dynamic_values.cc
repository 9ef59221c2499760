#include "group/dynamic_values.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "group/parameters.h"
#include "group/reference_rules.h"
#include "group/strings.h"
#include "group/upstreams.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

// Defaults that refer to many tasks are asked for each task that inherits them; nobody writes so many.
constexpr std::size_t kMaxQuestions = 100'000;

class Checker {
 public:
  Checker(const Tree& tree, std::span<const CompiledTask> tasks, const Dependencies* dependencies,
          const Defaults* defaults, Findings& findings)
      : tree_(tree),
        tasks_(tasks),
        dependencies_(dependencies),
        defaults_(defaults),
        findings_(findings),
        rules_(tree, tasks, findings) {}

  void run() {
    for (std::uint32_t task = 0; task < tree_.tasks().size(); ++task) read_task(task);
    for (std::uint32_t group = 0; group < tree_.groups().size(); ++group) read_defaults(group);
    read_parameter_defaults();
    if (!questions_.empty()) report_what_is_not_upstream();
  }

 private:
  using Where = ReferenceRules::Where;

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
    const std::optional<std::uint32_t> wanted = rules_.check(reference, place, where);
    if (!wanted || dependencies_ == nullptr) return;
    if (where == Where::kDefaults) {
      ask_for_heirs(*wanted);
    } else if (!is_direct(*wanted)) {
      questions_.push_back({task_, *wanted});
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
    const std::optional<std::uint32_t> wanted = rules_.task_of(reference.path[1]);
    if (!wanted) return;
    if (where != Where::kDefaults) {
      if (is_refused(task_, *wanted)) report_not_upstream(reference, task_, *wanted, place);
      return;
    }
    const GroupNode& group = tree_.groups()[inherited_.group];
    for (std::uint32_t task = group.first_task; task < group.end_task; ++task) {
      if (!is_refused(task, *wanted) || !inherits(tree_.tasks()[task])) continue;
      report_not_upstream(reference, task, *wanted, place);  // the first one is enough to mend it
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
  ReferenceRules rules_;
  std::uint32_t task_ = 0;
  Inherited inherited_;
  Reading reading_ = Reading::kFirst;
  std::vector<UpstreamQuestion> questions_;
  std::unordered_map<std::uint32_t, std::unordered_set<std::uint32_t>> refused_;
};

}  // namespace

void check_dynamic_values(const Tree& tree, std::span<const CompiledTask> tasks, const Dependencies* dependencies,
                          const Defaults* defaults, Findings& findings) {
  Checker(tree, tasks, dependencies, defaults, findings).run();
}

}  // namespace brickwork::group
