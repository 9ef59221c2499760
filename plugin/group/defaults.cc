#include "group/defaults.h"

#include <algorithm>

#include "group/airflow_members.h"
#include "group/inheritance.h"
#include "group/merging.h"
#include "group/parameters.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

// Members of `outer` in place of those that are there, but for null.
void put_over(json::object& inner, const json::object& outer) {
  for (const auto& [name, value] : outer) {
    if (!value.is_null()) inner.insert_or_assign(name, value);
  }
}

// Own first; what is there already is not added again.
void merge_libraries(json::array& own, const json::array& outer) {
  for (const json::value& library : outer) {
    if (std::find(own.begin(), own.end(), library) == own.end()) own.push_back(library);
  }
}

void merge_member(json::object& inner, const json::key_value_pair& member, Defaults::Precedence precedence) {
  json::value* own = inner.if_contains(member.key());
  const json::value& value = member.value();
  if (own == nullptr && value.is_array() && member.key() == "libraries") {
    merge_libraries(inner[member.key()].emplace_array(), value.get_array());
  } else if (own == nullptr) {
    inner.emplace(member.key(), value);
  } else if (own->is_array() && value.is_array() && member.key() == "libraries") {
    merge_libraries(own->get_array(), value.get_array());
  } else if (precedence == Defaults::Precedence::kGroup && member.key() == "notebook_params" && own->is_object() &&
             value.is_object()) {
    put_over(own->get_object(), value.get_object());
  } else if (own->is_object() && value.is_object() &&
             (is_deep_member(member.key()) || find_parameter_default(member.key()) != nullptr)) {
    merge_deep(own->get_object(), value.get_object());
  }
}

json::object merged(const json::object& own, const json::object* outer, Defaults::Precedence precedence) {
  json::object result = own;
  if (outer == nullptr) return result;
  const bool says_compute = compute_of(own) != Compute::kUnsaid;
  for (const json::key_value_pair& member : *outer) {
    if (says_compute && is_compute_choice(member.key())) continue;
    merge_member(result, member, precedence);
  }
  return result;
}

// A task refuses a default by null, which Databricks need not see.
bool refuses(json::object& task, std::string_view member) {
  const auto own = task.find(member);
  if (own == task.end() || !own->value().is_null()) return false;
  task.stable_erase(own);
  return true;
}

// One task object, or the task that a for_each_task repeats.
class Heir {
 public:
  Heir(json::object& task, const Kind* kind, Defaults::Precedence precedence)
      : task_(task),
        kind_(kind),
        precedence_(precedence),
        runs_on_(runs_on(kind, task)),
        says_compute_(compute_of(task) != Compute::kUnsaid) {}

  void inherit(const json::object& defaults, bool has_dependencies, bool is_repeated) {
    for (const json::key_value_pair& member : defaults) {
      const std::string_view name = member.key();
      if (member.value().is_null() || (name == "run_if" && !has_dependencies)) continue;
      if (find_parameter_default(name) != nullptr) continue;  // lies under another member of the task
      if (is_compute_choice(name)) {
        // The task's own choice may stand for another one, and its null for none at all.
        if (!refuses(task_, name) && !says_compute_ && takes_compute(runs_on_, name))
          task_.emplace(name, member.value());
      } else if (is_attempt_member(name)) {
        if (kind_ == nullptr || kind_->attempts) inherit_member(member);
      } else if (name == "libraries") {
        if (is_airflow() ? !is_repeated && is_airflow_notebook(task_) : runs_on_ == RunsOn::kCluster)
          inherit_member(member);
      } else if (!is_repeated) {
        inherit_member(member);
      }
    }
    if (kind_ != nullptr && !(is_airflow() && is_repeated)) inherit_parameters_of(defaults);
  }

 private:
  void inherit_member(const json::key_value_pair& member) {
    if (!refuses(task_, member.key())) merge_member(task_, member, precedence_);
  }

  // A group's parameters are stronger than the task's in the Airflow dialect, and no affair of its task_config.
  void inherit_parameters_of(const json::object& defaults) {
    json::object* task = task_.at(kind_->member).if_object();
    if (task == nullptr || (is_airflow() && has(task_, "task_config"))) return;
    if (!is_airflow() || !is_airflow_notebook(task_)) return inherit_parameters(defaults, kind_->member, *task);
    const json::object* parameters = object_in(defaults, "notebook_params");
    if (parameters == nullptr) return;
    json::value& own = (*task)["base_parameters"];
    if (own.is_null()) own.emplace_object();
    if (own.is_object()) put_over(own.get_object(), *parameters);
  }

  bool is_airflow() const { return precedence_ == Defaults::Precedence::kGroup; }

  json::object& task_;
  const Kind* kind_;
  Defaults::Precedence precedence_;
  RunsOn runs_on_;  // asked for once: whatever is inherited may move the members of the task in memory
  bool says_compute_;
};

}  // namespace

Defaults::Defaults(const Tree& tree, Findings& findings, Precedence precedence) : precedence_(precedence) {
  of_group_.reserve(tree.groups().size());
  std::vector<std::size_t> sizes;
  sizes.reserve(tree.groups().size());
  std::size_t bytes = 0;
  for (const GroupNode& group : tree.groups()) {
    const bool is_outermost = of_group_.empty();
    const json::object* outer = is_outermost ? nullptr : of_group_[group.parent];
    const json::object* own = object_in(*group.object, "defaults");
    // Thousands of groups that each add a little to a large inheritance would cost gigabytes before it is counted.
    if (own == nullptr || bytes > kMaxInheritedBytes) {
      of_group_.push_back(outer);
      sizes.push_back(is_outermost ? 0 : sizes[group.parent]);
    } else {
      of_group_.push_back(&merged_.emplace_back(merged(*own, outer, precedence)));
      sizes.push_back(json::serialize(merged_.back()).size());
      bytes += sizes.back();
    }
  }

  if (bytes <= kMaxInheritedBytes) {
    bytes = 0;
    for (const TaskNode& task : tree.tasks()) bytes += sizes[task.group];
  }
  if (bytes <= kMaxInheritedBytes) {
    check_parameter_sizes(tree, findings);
    return;
  }
  findings.error(Place(), "too_large",
                 "the tasks inherit " + std::to_string(bytes) + " bytes of defaults, a request takes 10000000",
                 "move large defaults into a job cluster, an environment or a file");
}

void Defaults::check_parameter_sizes(const Tree& tree, Findings& findings) const {
  const json::object* measured = nullptr;
  std::uint32_t inherited_bytes = 0;
  for (const TaskNode& task : tree.tasks()) {
    const json::object* defaults = of_group_[task.group];
    const Kind* kind = task.members.kind;
    if (defaults == nullptr || kind == nullptr) continue;
    if (defaults != measured) inherited_bytes = most_inherited_bytes(measured = defaults);
    const bool is_small = task.members.most_parameter_bytes + inherited_bytes <= kMaxBaseParametersBytes;
    if (kind->member != "for_each_task" && (kind->member != "notebook_task" || is_small)) continue;
    const json::object* object = task.members.kind_value->if_object();
    if (object == nullptr) continue;
    const Place place = tree.place(task);
    const Place kind_place(place, kind->member);
    check_inherited_size(*defaults, kind->member, *object, kind_place, findings);
    if (kind->member != "for_each_task") continue;
    const json::object* repeated = object_in(*object, "task");
    const json::object* notebook = repeated != nullptr ? object_in(*repeated, "notebook_task") : nullptr;
    if (notebook == nullptr) continue;
    const Place repeated_place(kind_place, "task");
    check_inherited_size(*defaults, "notebook_task", *notebook, Place(repeated_place, "notebook_task"), findings);
  }
}

const json::string* Defaults::run_if(std::uint32_t group) const {
  return of_group_[group] != nullptr ? string_in(*of_group_[group], "run_if") : nullptr;
}

void Defaults::apply(std::uint32_t group, json::object& task, const Kind* kind, bool has_dependencies) const {
  const json::object* defaults = of_group_[group];
  if (defaults == nullptr) return;
  Heir(task, kind, precedence_).inherit(*defaults, has_dependencies, /*is_repeated=*/false);
  if (kind == nullptr || kind->member != "for_each_task") return;

  json::object* loop = task.at(kind->member).if_object();
  json::value* body = loop != nullptr ? loop->if_contains("task") : nullptr;
  if (body == nullptr || !body->is_object()) return;
  json::object& repeated = body->get_object();
  Heir(repeated, kind_of(repeated), precedence_).inherit(*defaults, /*has_dependencies=*/false, /*is_repeated=*/true);
}

}  // namespace brickwork::group
