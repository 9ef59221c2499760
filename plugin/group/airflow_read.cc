#include <algorithm>
#include <charconv>
#include <cmath>
#include <deque>
#include <span>

#include "group/airflow.h"
#include "group/airflow_members.h"
#include "group/job.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

struct TriggerRule {
  std::string_view name;
  std::string_view run_if;  // empty: the provider sends none
};
// Of Airflow 3.3, and what provider 7.23.0 makes of them.
constexpr TriggerRule kTriggerRules[] = {
    {"all_success", {}},
    {"all_failed", "ALL_FAILED"},
    {"all_done", "ALL_DONE"},
    {"always", "ALL_DONE"},
    {"one_success", "AT_LEAST_ONE_SUCCESS"},
    {"one_failed", "AT_LEAST_ONE_FAILED"},
    {"none_failed", "NONE_FAILED"},
    {"none_failed_min_one_success", "NONE_FAILED"},
    {"one_done", {}},
    {"none_skipped", {}},
    {"all_skipped", {}},
    {"all_done_min_one_success", {}},
    {"all_done_setup_success", {}},
};

const TriggerRule* find_trigger_rule(std::string_view name) {
  for (const TriggerRule& rule : kTriggerRules) {
    if (rule.name == name) return &rule;
  }
  return nullptr;
}

std::string all_trigger_rules() {
  std::string list;
  for (const TriggerRule& rule : kTriggerRules) list += (list.empty() ? "" : ", ") + std::string(rule.name);
  return list;
}

bool is_own(std::span<const MemberRule> rules, std::string_view member) {
  return std::any_of(rules.begin(), rules.end(), [&](const MemberRule& rule) { return rule.name == member; });
}

// The members that the dialect adds to an object, and what may have been meant to be one of them.
void check_own_members(const json::object& object, std::span<const MemberRule> rules, std::string_view whose,
                       const Place& place, Findings& findings) {
  check_members(object, rules, whose, place, findings, Spelling::kUnchecked);
  for (const auto& [name, value] : object) {
    if (!is_own(rules, name)) check_spelling(name, rules, Place(place, name), findings);
  }
}

// One task: the arguments of an operator, as the document has them, become the members of a Databricks task.
class TaskTranslation {
 public:
  TaskTranslation(json::object& task, const Place& place, Findings& findings)
      : task_(task), place_(place), findings_(findings) {}

  void run() {
    check_own_members(task_, kAirflowTaskMembers, "the task", place_, findings_);
    for (std::string_view argument : {"job_cluster_key", "existing_cluster_id"}) empty_is_none(argument);
    for (std::string_view argument : {"max_retries", "min_retry_interval_millis"}) read_number(argument);
    read_flag("retry_on_timeout");
    if (has(task_, "new_cluster")) {
      no_effect("new_cluster", "the provider leaves the new_cluster of a task out in a group",
                "write it under job_clusters and name its job_cluster_key here");
      task_["new_cluster"] = nullptr;
    }
    read_task_config();
    read_execution_timeout();
    read_trigger_rule();
  }

 private:
  void no_effect(std::string_view member, std::string message, std::string fix) {
    findings_.warning(Place(place_, member), "no_effect", std::move(message), std::move(fix));
  }

  // Python takes "" for no cluster.
  void empty_is_none(std::string_view argument) {
    json::value* value = task_.if_contains(argument);
    if (value != nullptr && value->is_string() && value->get_string().empty()) *value = nullptr;
  }

  // Retries are templates in Airflow: numbers may come as text, and are sent as numbers. Other text is reported later.
  void read_number(std::string_view argument) {
    json::value* value = task_.if_contains(argument);
    const json::string* text = value != nullptr ? value->if_string() : nullptr;
    if (text == nullptr) return;
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text->begin(), text->end(), number);
    if (error == std::errc() && end == text->end()) *value = number;
  }

  void read_flag(std::string_view argument) {
    json::value* value = task_.if_contains(argument);
    const json::string* text = value != nullptr ? value->if_string() : nullptr;
    if (text == nullptr) return;
    std::string word;
    for (char c : *text) {
      if (c != ' ') word += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    *value = word == "true" || word == "1" || word == "yes";
  }

  void read_task_config() {
    if (config_of(task_) == nullptr) return;
    task_.reserve(task_.size() + config_of(task_)->size() + 2);  // the config is in the task, which must not move now
    json::object* config = config_of(task_);
    const Place place(place_, "task_config");
    const json::value* own_key = task_.if_contains("task_key");
    if (const json::value* key = config->if_contains("task_key");
        key != nullptr && own_key != nullptr && *key != *own_key) {
      findings_.warning(Place(place, "task_key"), "no_effect", "the provider sets the task_key itself",
                        "write it as databricks_task_key beside task_config");
    }
    for (auto& [name, value] : *config) {
      const std::string_view member = name;
      if (member == "task_key" || member == "depends_on") continue;
      json::value* own = task_.if_contains(member);
      if (own == nullptr || own->is_null()) {
        task_.insert_or_assign(member, std::move(value));
        value = nullptr;
      } else if (value.is_null()) {
        value = false;  // it stays, and a null would say that it has gone
      }
    }
  }

  void read_execution_timeout() {
    const json::value* value = task_.if_contains("execution_timeout");
    if (value == nullptr || value->is_null()) return;
    const Place place(place_, "execution_timeout");
    if (!value->is_number()) {
      findings_.error(place, "wrong_type", "execution_timeout is " + shown(*value) + ", it must be a number of seconds",
                      "write a number of seconds, such as 90 or 1.5");
      return;
    }
    if (!is_airflow_notebook(task_)) {
      no_effect("execution_timeout", "the provider does not send the execution_timeout of a task operator",
                "write timeout_seconds into task_config");
      return;
    }
    const double seconds = std::trunc(value->to_number<double>());
    if (!(seconds >= 1 && seconds <= 1e9)) {
      findings_.error(place, "out_of_range",
                      "execution_timeout is " + shown(*value) + ", whole seconds of it must be at least 1",
                      "leave it out for a task that may run for ever");
      return;
    }
    check_one_of(task_, {"execution_timeout", "timeout_seconds"}, place_, findings_);
    task_["timeout_seconds"] = static_cast<std::int64_t>(seconds);
  }

  void read_trigger_rule() {
    const json::string* name = string_in(task_, "trigger_rule");
    if (name == nullptr) return;
    const Place place(place_, "trigger_rule");
    const TriggerRule* rule = find_trigger_rule(*name);
    if (rule == nullptr) {
      findings_.error(place, "bad_trigger_rule",
                      "trigger_rule is " + quoted(*name) + ", Airflow knows " + all_trigger_rules(),
                      "write one of " + all_trigger_rules());
    } else if (!rule->run_if.empty()) {
      task_["run_if"] = rule->run_if;
    } else if (rule->name != "all_success") {
      findings_.warning(
          place, "trigger_rule_dropped",
          "Databricks has no run_if for " + quoted(*name) + ": the task runs when all before it succeeded",
          "use a trigger rule that Databricks has too, such as all_done or none_failed");
    }
  }

  json::object& task_;
  const Place& place_;
  Findings& findings_;
};

// Groups are read on a stack of their own, as Tree does; what lies deeper than it reads is left alone.
class DocumentTranslation {
 public:
  DocumentTranslation(json::object& job, Findings& findings) : job_(job), findings_(findings) {}

  void run() {
    check_own_members(job_, kAirflowJobMembers, "the group", root_, findings_);
    check_identity();
    if (has(job_, "existing_clusters")) {
      findings_.warning(Place(root_, "existing_clusters"), "no_effect", "the provider never sends existing_clusters",
                        "write existing_cluster_id in each task that is to run on one");
    }
    merge_extra_job_params();
    read_groups();
  }

 private:
  struct Level {
    Place tasks_place;
    json::array* tasks;
    std::size_t next = 0;
    Place entry;  // of the entry that is being read
  };

  void check_identity() {
    const json::string* keys = string_in(job_, "task_keys");
    const bool is_md5 = keys != nullptr && *keys == "md5";
    if (keys != nullptr && !is_md5 && *keys != "path") {
      findings_.error(Place(root_, "task_keys"), "bad_task_keys",
                      "task_keys is " + quoted(*keys) + ", known are \"path\" and \"md5\"",
                      "write md5 for the keys that the provider makes, path for readable ones");
    }
    const bool has_dag = has(job_, "dag_id");
    const bool has_group = has(job_, "group_id");
    for (std::string_view member : {"dag_id", "group_id"}) {
      const json::string* id = string_in(job_, member);
      if (id != nullptr && id->empty()) {
        findings_.error(Place(root_, member), "missing_member", std::string(member) + " is empty",
                        "write the id as Airflow has it");
      }
      if (!has(job_, member) && (is_md5 || has_dag || has_group)) {
        findings_.error(root_, "missing_member",
                        "the group has no " + std::string(member) + (is_md5 ? ", and a md5 key is made from it" : ""),
                        "add " + std::string(member) + ", a string: the name of the job is <dag_id>.<group_id>");
      }
    }
    if (!has_dag && !has_group) return;
    if (has(job_, "name")) {
      findings_.error(Place(root_, "name"), "one_of",
                      "there are name and dag_id, and the provider makes the name of ids",
                      "leave name out, or write it under extra_job_params");
      return;
    }
    const json::string* dag = string_in(job_, "dag_id");
    const json::string* group = string_in(job_, "group_id");
    if (dag != nullptr && group != nullptr) job_["name"] = std::string(*dag) + "." + std::string(*group);
  }

  // mergedeep.merge with its default strategy: objects are merged, everything else is replaced.
  void merge_extra_job_params() {
    if (extra_of(job_) == nullptr) return;
    Findings ignored;
    if (!check_depth(job_.at("extra_job_params"), ignored)) return;  // reported for the whole document
    job_.reserve(job_.size() + extra_of(job_)->size());              // they are in the job, which must not move now
    const Place place(root_, "extra_job_params");
    for (auto& [name, value] : *extra_of(job_)) {
      const std::string_view member = name;
      if (member == "tasks") {
        findings_.warning(Place(place, member), "tasks_replaced",
                          "these tasks are sent in place of all tasks of the group, as the provider does",
                          "take tasks out of extra_job_params");
      } else if (is_ours(member)) {
        findings_.error(Place(place, member), "bad_extra_job_params",
                        std::string(member) + " is no member of a Databricks job, so it cannot be given to one",
                        "write it beside extra_job_params");
      } else {
        merge(job_, member, value);
      }
    }
  }

  static bool is_ours(std::string_view member) {
    for (std::string_view ours : {"schema", "dialect", "defaults", "policy", "lint", "launch", "depends_on"}) {
      if (ours == member) return true;
    }
    return is_own(kAirflowJobMembers, member);
  }

  // The depth has been checked.
  static void merge(json::object& object, std::string_view member, json::value& value) {
    json::value* own = object.if_contains(member);
    if (own != nullptr && own->is_object() && value.is_object()) {
      for (auto& [name, inner] : value.get_object()) merge(own->get_object(), name, inner);
      return;
    }
    object.insert_or_assign(member, std::move(value));
    value = nullptr;
  }

  void read_groups() {
    levels_.push_back({Place(root_, "tasks"), tasks_of(job_)});
    check_defaults_of(job_, root_);
    while (!levels_.empty()) {
      Level& level = levels_.back();
      if (level.tasks == nullptr || level.next >= level.tasks->size()) {
        levels_.pop_back();
        continue;
      }
      level.entry = Place(level.tasks_place, level.next);
      json::object* object = (*level.tasks)[level.next++].if_object();
      if (object == nullptr) continue;
      if (!object->contains("group")) {
        TaskTranslation(*object, level.entry, findings_).run();
      } else if (levels_.size() <= kMaxGroupDepth) {
        check_defaults_of(*object, level.entry);
        levels_.push_back({Place(level.entry, "tasks"), tasks_of(*object)});
      }
    }
  }

  static json::array* tasks_of(json::object& object) {
    json::value* tasks = object.if_contains("tasks");
    return tasks != nullptr ? tasks->if_array() : nullptr;
  }

  // They say which task it is, or are read before there are defaults.
  void check_defaults_of(const json::object& object, const Place& place) {
    const json::object* defaults = object_in(object, "defaults");
    if (defaults == nullptr) return;
    const Place defaults_place(place, "defaults");
    for (const MemberRule& rule : kAirflowTaskMembers) {
      if (!defaults->contains(rule.name)) continue;
      findings_.error(Place(defaults_place, rule.name), "bad_default",
                      quoted(rule.name) + " belongs to one task and cannot be a default",
                      "write it in each task that needs it");
    }
  }

  const Place root_;
  json::object& job_;
  Findings& findings_;
  std::deque<Level> levels_;  // does not move its elements, which are each other's places
};

}  // namespace

bool speaks_airflow(const json::value& document) {
  const json::object* job = document.if_object();
  const json::string* dialect = job != nullptr ? string_in(*job, "dialect") : nullptr;
  return dialect != nullptr && *dialect == "airflow";
}

void translate_airflow(json::object& job, Findings& findings) { DocumentTranslation(job, findings).run(); }

}  // namespace brickwork::group
