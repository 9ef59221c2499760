#include "unit/group/random_job.h"

#include <set>

namespace brickwork::group {

namespace json = boost::json;

json::value RandomJob::settings() {
  variety_ = 1 + below(4);
  odd_ = one_of(std::vector<int>{0, 3, 10, 40});
  json::object job{{"name", "random"},
                   {"format", "MULTI_TASK"},
                   {"job_clusters",
                    {{{"job_cluster_key", "c0"}, {"new_cluster", {{"num_workers", 1}}}},
                     {{"job_cluster_key", "c1"}, {"new_cluster", {{"num_workers", 2}}}}}},
                   {"environments", {{{"environment_key", "e0"}}, {{"environment_key", "e1"}}}}};
  std::set<std::string> keys;
  json::array tasks;
  for (int count = 1 + below(25); count > 0; --count) {
    const std::string key = this->key();
    if (!keys.insert(key).second) continue;
    json::object task = this->task(key, /*is_repeated=*/false);
    if (chance(60)) task["depends_on"] = depends_on(tasks);
    tasks.push_back(std::move(task));
  }
  // Not in the order of their dependencies: jobs need not be.
  if (chance(30)) {
    for (std::size_t i = tasks.size(); i > 1; --i)
      tasks[i - 1].swap(tasks[static_cast<std::size_t>(below(static_cast<int>(i)))]);
  }
  job["tasks"] = std::move(tasks);
  if (chance(20)) job["member_of_2027"] = json::array{1, nullptr, "x"};
  return job;
}

std::string RandomJob::key() {
  static const std::vector<std::string> kParts = {"a", "b", "load", "x", "_", "-", "a_", "_b", "task"};
  static const std::vector<std::string> kSeparators = {"__", "__", "__", "_", "___", "____"};
  std::string key = one_of(kParts);
  for (int parts = below(4); parts > 0; --parts) key += one_of(kSeparators) + one_of(kParts);
  if (chance(60)) key += std::to_string(below(9));
  return key;
}

json::object RandomJob::task(const std::string& key, bool is_repeated) {
  json::object task{{"task_key", key}};
  add_kind(task, is_repeated);
  add_common_members(task, is_repeated);
  take_out_what_does_not_fit(task);
  return task;
}

void RandomJob::add_kind(json::object& task, bool is_repeated) {
  const auto with_parameters = [&](json::object kind, const char* member, json::value parameters) {
    if (chance(70)) kind[member] = std::move(parameters);
    return kind;
  };
  switch (below(is_repeated ? 8 : 12)) {
    case 0:
    case 1:
    case 2:
      task["notebook_task"] = with_parameters({{"notebook_path", "/n"}}, "base_parameters", parameters());
      if (chance(10)) task["notebook_task"].as_object()["warehouse_id"] = "w";
      break;
    case 3:
      task["spark_python_task"] = with_parameters({{"python_file", "/f.py"}}, "parameters", strings());
      break;
    case 4:
      task["python_wheel_task"] = with_parameters({{"package_name", "p"}, {"entry_point", "e"}},
                                                  chance(50) ? "parameters" : "named_parameters", nullptr);
      for (const char* member : {"parameters", "named_parameters"}) {
        json::object& wheel = task["python_wheel_task"].as_object();
        if (wheel.contains(member)) wheel[member] = member[0] == 'p' ? json::value(strings()) : parameters();
      }
      break;
    case 5:
      task["sql_task"] = with_parameters({{"warehouse_id", "w"}}, "parameters", parameters());
      if (chance(80)) {
        task["sql_task"].as_object()["query"] = json::object{{"query_id", "q"}};
      } else {
        task["sql_task"].as_object()["alert"] = json::object{{"alert_id", "a"}};
      }
      break;
    case 6:
      task["spark_jar_task"] = with_parameters({{"main_class_name", "M"}}, "parameters", strings());
      break;
    case 7:
      task["quantum_task"] = json::object{{"qubits", below(7)}};
      break;
    case 8:
      task["spark_submit_task"] = with_parameters({}, "parameters", strings());
      break;
    case 9:
      task["run_job_task"] = json::object{{"job_id", below(3)}};
      break;
    case 10:
      task["condition_task"] = json::object{{"op", "EQUAL_TO"}, {"left", "1"}, {"right", "1"}};
      break;
    default:
      task["for_each_task"] = json::object{{"inputs", "[1]"}, {"task", this->task("one", /*is_repeated=*/true)}};
  }
}

// Databricks has such tasks in no job.
void RandomJob::take_out_what_does_not_fit(json::object& task) {
  const json::value* notebook = task.if_contains("notebook_task");
  const bool has_warehouse = notebook != nullptr && notebook->get_object().contains("warehouse_id");
  const bool is_submit = task.contains("spark_submit_task");
  if (!has_warehouse && !is_submit) return;
  for (const char* member : {"job_cluster_key", "existing_cluster_id", "environment_key", "libraries"})
    task.erase(member);
  if (has_warehouse) task.erase("new_cluster");
}

void RandomJob::add_common_members(json::object& task, bool is_repeated) {
  const auto often = [&] { return !chance(odd_); };
  switch (below(6)) {
    case 0:
    case 1:
      task["job_cluster_key"] = "c" + std::to_string(below(2));
      break;
    case 2:
      task["environment_key"] = "e" + std::to_string(below(2));
      break;
    case 3:
      task["existing_cluster_id"] = "cluster";
      break;
    case 4:
      task["new_cluster"] = json::object{{"num_workers", below(variety_)}};
      break;
    default:
      break;
  }
  if (often()) task["max_retries"] = below(variety_);
  if (chance(50)) task["timeout_seconds"] = 600;
  if (chance(40)) task["retry_on_timeout"] = chance(80);
  if (often()) task["libraries"] = libraries();
  if (is_repeated) return;
  if (often()) task["email_notifications"] = notifications();
  if (chance(30)) task["webhook_notifications"] = json::object();
  if (chance(50)) task["notification_settings"] = json::object{{"no_alert_for_skipped_runs", chance(80)}};
  if (chance(50)) task["run_if"] = chance(80) ? "ALL_DONE" : "ALL_SUCCESS";
  if (chance(40)) task["description"] = "one of " + std::to_string(below(variety_));
  if (chance(odd_)) task["disabled"] = false;
  if (chance(odd_)) task["max_retries"] = nullptr;
  if (chance(odd_)) task["libraries"] = nullptr;
  if (chance(odd_)) task["member_of_2027"] = json::object{{"x", {1, 2, nullptr}}};
}

json::value RandomJob::parameters() {
  if (chance(odd_ / 4)) return nullptr;
  json::object map;
  for (const char* key : {"date", "region", "a/b", "n"}) {
    if (!chance(odd_)) map[key] = std::to_string(below(variety_));
  }
  if (chance(odd_ / 4)) map["none"] = nullptr;
  if (chance(odd_)) map.clear();
  return map;
}

json::array RandomJob::strings() {
  json::array list;
  for (int i = below(variety_ + 1); i > 0; --i) list.emplace_back("--x=" + std::to_string(i));
  return list;
}

json::array RandomJob::libraries() {
  json::array list;
  if (chance(odd_)) list.push_back(json::object{{"jar", "own" + std::to_string(below(5))}});
  for (int i = below(variety_ + 1); i >= 0; --i)
    list.push_back(json::object{{"pypi", {{"package", std::to_string(i)}}}});
  if (chance(odd_)) list.push_back(json::object{{"jar", "own" + std::to_string(below(5))}});
  if (chance(odd_ / 3)) list.clear();
  return list;
}

json::object RandomJob::notifications() {
  json::object object{{"on_failure", {"a@b"}}};
  if (chance(50)) object["on_success"] = json::array{"c" + std::to_string(below(variety_))};
  if (chance(odd_)) object["deep"] = json::object{{"x", below(2)}, {"y", {{"z", 1}}}};
  if (chance(odd_)) object["on_failure"] = nullptr;
  if (chance(odd_)) object.clear();
  return object;
}

json::array RandomJob::depends_on(const json::array& earlier) {
  json::array list;
  if (earlier.empty()) return list;
  std::set<std::size_t> used;
  // Often a run of neighbours, which is what a group's last tasks are.
  const int length = 1 + below(4);
  int at = below(static_cast<int>(earlier.size()));
  for (int i = 0; i < length; ++i) {
    const auto index = static_cast<std::size_t>(at) % earlier.size();
    at = chance(75) ? at + 1 : below(static_cast<int>(earlier.size()));
    if (!used.insert(index).second) continue;
    const json::object& task = earlier[index].get_object();
    json::object entry{{"task_key", task.at("task_key")}};
    if (task.contains("condition_task") && chance(70)) entry["outcome"] = chance(50) ? "true" : "false";
    if (chance(odd_ / 3)) entry["member_of_2027"] = 1;
    list.push_back(std::move(entry));
  }
  return list;
}

}  // namespace brickwork::group
