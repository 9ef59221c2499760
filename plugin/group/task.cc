#include "group/task.h"

#include <array>

#include "group/clusters.h"
#include "group/for_each.h"
#include "group/kind_fit.h"
#include "group/libraries.h"
#include "group/parameters.h"
#include "group/shared_members.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

constexpr std::string_view kComputeChoices[] = {"job_cluster_key", "existing_cluster_id", "new_cluster",
                                                "environment_key"};
constexpr std::string_view kRunIf[] = {"ALL_SUCCESS", "AT_LEAST_ONE_SUCCESS", "NONE_FAILED",
                                       "ALL_DONE",    "AT_LEAST_ONE_FAILED",  "ALL_FAILED"};
constexpr MemberRule kCompute[] = {{"hardware_accelerator", Type::kString}};
constexpr std::int64_t kMaxDescriptionBytes = 4096;
constexpr MemberRule kTaskMembers[] = {
    {"task_key", Type::kAny},  // read on its own
    {"depends_on", Type::kArray},
    {"job_cluster_key", Type::kString},
    {"libraries", Type::kArray},
    {"max_retries", Type::kInteger, false, -1},
    {"timeout_seconds", Type::kInteger, false, 0},
    {"run_if", Type::kString},
    {.name = "description", .type = Type::kString, .most = kMaxDescriptionBytes},
    {"disabled", Type::kBoolean},
    {"existing_cluster_id", Type::kString},
    {"new_cluster", Type::kObject},
    {"environment_key", Type::kString},
    {.name = "compute", .type = Type::kObject, .members = kCompute},
    {"min_retry_interval_millis", Type::kInteger, false, 0},
    {"retry_on_timeout", Type::kBoolean},
    {.name = "health", .type = Type::kObject, .members = kHealthMembers},
    {.name = "email_notifications", .type = Type::kObject, .members = kEmailMembers},
    {.name = "webhook_notifications", .type = Type::kObject, .members = kWebhookMembers},
    {.name = "notification_settings", .type = Type::kObject, .members = kNotificationSettings},
    {"disable_auto_optimization", Type::kBoolean},
};
const MemberRule* find_rule(std::string_view member) {
  for (const MemberRule& rule : kTaskMembers) {
    if (rule.name == member) return &rule;
  }
  return nullptr;
}

// Members that a task and the defaults above it have in common.
void check_common_member(std::string_view member, const json::value& value, const Place& place, Findings& findings) {
  const MemberRule* rule = find_rule(member);
  if (rule == nullptr) return check_spelling(member, kTaskMembers, place, findings);
  if (!check_type(value, *rule, place, findings) || value.is_null()) return;
  if (member == "run_if") {
    check_run_if(value, place, findings);
  } else if (member == "new_cluster") {
    check_new_cluster(value.get_object(), place, findings);
  } else if (member == "libraries") {
    check_libraries(value.get_array(), place, findings);
  }
}

// The compute choices of one object, reported when they are two.
class ComputeChoices {
 public:
  void add(std::string_view member) { names_[count_++] = member; }

  void check(const Place& place, Findings& findings) const {
    if (count_ < 2) return;
    std::string list(names_[0]);
    for (std::size_t i = 1; i < count_; ++i) list += (i + 1 < count_ ? ", " : " and ") + std::string(names_[i]);
    findings.error(place, "two_computes", "there are " + list + ", Databricks takes one of them", "keep one of them");
  }

 private:
  std::array<std::string_view, std::size(kComputeChoices)> names_;
  std::size_t count_ = 0;
};

// Everything about the `*_task` members: how many, which, and what is in them.
class KindReader {
 public:
  KindReader(TaskMembers& members, const Place& place, Findings& findings)
      : members_(members), place_(place), findings_(findings) {}

  void read(std::string_view member, const json::value& value) {
    if (value.is_null()) return;
    ++count_;
    if (count_ == 1) first_ = member;
    if (count_ == 2) names_ = first_;
    if (count_ > 1) names_ += ", " + std::string(member);
    const Place place(place_, member);
    const Kind* kind = find_kind(member);
    if (count_ == 1) {
      members_.kind = kind;
      members_.kind_value = &value;
    }
    if (kind == nullptr) {
      const Kind* nearest = nearest_kind(member);
      findings_.warning(place, "unknown_kind", "unknown kind " + quoted(member) + ", passed on",
                        nearest != nullptr ? "did you mean " + quoted(nearest->member) + "?"
                                           : "check the spelling; if Databricks knows it, nothing is to be done");
      return;
    }
    if (!check_type(value, {.name = member, .type = Type::kObject}, place, findings_)) return;
    check_kind(*kind, value.get_object(), place, findings_);
    if (count_ == 1 && member == "notebook_task")
      members_.most_parameter_bytes = most_parameter_bytes(value.get_object());
    if (member == "for_each_task") check_for_each(value.get_object(), place, findings_);
  }

  void finish() {
    if (count_ == 0) {
      findings_.error(place_, "no_task_kind", "the task does not say what to run",
                      "add one member such as notebook_task or spark_python_task");
    } else if (count_ > 1) {
      findings_.error(place_, "two_task_kinds", "the task has " + std::to_string(count_) + " kinds: " + names_,
                      "keep one of them");
    }
  }

 private:
  TaskMembers& members_;
  const Place& place_;
  Findings& findings_;
  std::string_view first_;
  std::string names_;  // of all, when they are several
  std::size_t count_ = 0;
};

std::int64_t integer_of(const json::value& value) { return value.is_int64() ? value.get_int64() : 0; }

void remember(std::string_view member, const json::value& value, TaskChoices& choices) {
  if (is_compute_choice(member)) {
    if (value.is_null()) choices.refuses_compute = true;
    choices.computes += value.is_null() ? 0 : 1;
    if (member == "job_cluster_key") choices.job_cluster_key = value.if_string();
    if (member == "environment_key") choices.environment_key = value.if_string();
    if (member == "new_cluster") choices.new_cluster = &value;
  } else if (member == "libraries") {
    choices.libraries = &value;
  } else if (member == "max_retries") {
    choices.max_retries = integer_of(value);
  } else if (member == "timeout_seconds") {
    choices.timeout_seconds = integer_of(value);
  } else if (member == "health") {
    choices.health = &value;
  }
}

}  // namespace

bool is_compute_choice(std::string_view member) {
  for (std::string_view choice : kComputeChoices) {
    if (choice == member) return true;
  }
  return false;
}

void check_run_if(const json::value& run_if, const Place& place, Findings& findings) {
  const json::string* text = run_if.if_string();
  if (text == nullptr) return;
  std::string list;
  for (std::string_view known : kRunIf) {
    if (known == std::string_view(*text)) return;
    list += (list.empty() ? "" : ", ") + std::string(known);
  }
  findings.error(place, "bad_run_if", "run_if is " + quoted(*text) + ", Databricks knows " + list,
                 "write one of " + list);
}

const json::string* read_task_key(const json::object& task, const Place& place, Findings& findings) {
  const json::value* key = task.if_contains("task_key");
  if (key == nullptr || key->is_null()) {
    findings.error(place, "missing_task_key", "the task has no task_key",
                   "add a task_key; a nested group has a group instead");
    return nullptr;
  }
  check_type(*key, {.name = "task_key", .type = Type::kString}, Place(place, "task_key"), findings);
  return key->if_string();
}

ReadTask read_task_members(const json::object& task, const Place& place, Findings& findings) {
  ReadTask read;
  TaskMembers& members = read.members;
  ComputeChoices compute;
  KindReader kinds(members, place, findings);
  for (const auto& [name, value] : task) {
    const std::string_view member = name;
    if (is_kind_member(member)) {
      kinds.read(member, value);
      continue;
    }
    check_common_member(member, value, Place(place, member), findings);
    if (member == "depends_on" && !value.is_null()) members.depends_on = &value;
    remember(member, value, read.choices);
    if (!value.is_null() && is_compute_choice(member)) compute.add(member);
  }
  kinds.finish();
  compute.check(place, findings);
  if (members.kind != nullptr) check_fit(task, *members.kind, place, findings);
  return read;
}

TaskChoices choices_of(const json::object& task) {
  TaskChoices choices;
  for (const auto& [name, value] : task) remember(name, value, choices);
  return choices;
}

void check_defaults(const json::object& defaults, const Place& place, Findings& findings) {
  ComputeChoices compute;
  for (const auto& [name, value] : defaults) {
    const std::string_view member = name;
    const Place member_place(place, member);
    if (member == "task_key" || member == "depends_on" || member == "group" || member == "tasks" ||
        is_kind_member(member)) {
      findings.error(member_place, "bad_default", quoted(member) + " belongs to one task and cannot be a default",
                     "write it in each task that needs it");
      continue;
    }
    if (const ParameterDefault* parameters = find_parameter_default(member)) {
      check_parameter_default(*parameters, value, member_place, findings);
      continue;
    }
    check_common_member(member, value, member_place, findings);
    if (!value.is_null() && is_compute_choice(member)) compute.add(member);
  }
  compute.check(place, findings);
}

}  // namespace brickwork::group
