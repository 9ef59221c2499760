#include <algorithm>
#include <charconv>
#include <cmath>

#include "group/airflow_members.h"
#include "group/findings.h"

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

// One task: the arguments of an operator, as the document has them, become the members of a Databricks task.
class TaskTranslation {
 public:
  TaskTranslation(json::object& task, const Place& place, Findings& findings)
      : task_(task), place_(place), findings_(findings) {}

  // Members are looked at once and not asked for by name, one after the other: a group has a thousand such objects.
  void run() {
    task_.reserve(task_.size() + kAdded);
    check_airflow_members(task_, kAirflowTaskMembers, "the task", place_, findings_);
    bool has_own = false;
    for (auto& [name, value] : task_) {
      const std::string_view member = name;
      if (member == "job_cluster_key" || member == "existing_cluster_id") {
        empty_is_none(value);
      } else if (member == "max_retries" || member == "min_retry_interval_millis") {
        read_number(value);
      } else if (member == "retry_on_timeout") {
        read_flag(value);
      } else if (member == "new_cluster" && !value.is_null()) {
        no_effect(member, "the provider leaves the new_cluster of a task out in a group",
                  "write it under job_clusters and name its job_cluster_key here");
        value = nullptr;
      } else {
        has_own = has_own || is_airflow_member(kAirflowTaskMembers, member);
      }
    }
    if (!has_own) return;
    read_task_config();
    read_execution_timeout();
    read_trigger_rule();
  }

 private:
  void no_effect(std::string_view member, std::string message, std::string fix) {
    findings_.warning(Place(place_, member), "no_effect", std::move(message), std::move(fix));
  }

  // Python takes "" for no cluster.
  static void empty_is_none(json::value& value) {
    if (value.is_string() && value.get_string().empty()) value = nullptr;
  }

  // Retries are templates in Airflow: numbers may come as text, and are sent as numbers. Other text is reported later.
  static void read_number(json::value& value) {
    const json::string* text = value.if_string();
    if (text == nullptr) return;
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text->begin(), text->end(), number);
    if (error == std::errc() && end == text->end()) value = number;
  }

  static void read_flag(json::value& value) {
    const json::string* text = value.if_string();
    if (text == nullptr) return;
    std::string word;
    for (char c : *text) {
      if (c != ' ') word += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    value = word == "true" || word == "1" || word == "yes";
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

  // What a notebook is given by the time it is finished: once made larger, an object need not move again.
  static constexpr std::size_t kAdded = 6;

  json::object& task_;
  const Place& place_;
  Findings& findings_;
};

}  // namespace

void translate_airflow_task(json::object& task, const Place& place, Findings& findings) {
  TaskTranslation(task, place, findings).run();
}

}  // namespace brickwork::group
