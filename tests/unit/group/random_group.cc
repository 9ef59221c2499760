#include "unit/group/random_group.h"

#include <algorithm>

namespace brickwork::group {

namespace json = boost::json;

json::value RandomGroup::group() {
  json::object group{{"name", "random"},
                     {"job_clusters", {{{"job_cluster_key", "main"}, {"new_cluster", {{"num_workers", 1}}}}}},
                     {"environments", {{{"environment_key", "env"}}}}};
  if (chance(50)) group["defaults"] = defaults();
  if (chance(30)) group["policy"] = json::object{{"launch_key", "k"}};
  if (chance(30)) group["schema"] = "group/1";
  elsewhere_.clear();
  launch_.clear();
  std::set<std::string> taken{"always_there"};
  json::array tasks = children("", 0, taken);
  tasks.push_back(task("always_there"));
  if (!launch_.empty()) group["launch"] = json::object{{"task_parameters", launch_}};
  group["tasks"] = std::move(tasks);
  return group;
}

json::array RandomGroup::children(const std::string& path, int depth, std::set<std::string>& taken) {
  json::array list;
  std::vector<std::string> earlier;  // siblings, by name
  const int count = below(depth == 0 ? 12 : 6);
  for (int i = 0; i < count; ++i) {
    const std::string child = name(taken);
    const std::string child_path = path.empty() ? child : path + "/" + child;
    const bool is_group = depth < 4 && chance(30);
    json::object object;
    // A whole path, from the outermost group, may lead anywhere that is complete.
    std::vector<std::string> candidates = earlier;
    for (const std::string& other : elsewhere_) candidates.push_back("/" + other);
    if (chance(60)) object["depends_on"] = depends_on(candidates);
    if (is_group) {
      object["group"] = child;
      if (chance(30)) object["defaults"] = defaults();
      if (chance(20)) object["run_if"] = "ALL_DONE";
      std::set<std::string> inside;
      const bool has_short_keys = chance(20);
      if (has_short_keys) object["prefix_keys"] = false;
      object["tasks"] = children(child_path, depth + 1, has_short_keys ? taken : inside);
    } else {
      for (const auto& [member, value] : task(child)) object.emplace(member, value);
      if (!object.contains("quantum_task") && chance(20)) launch_[child_path] = json::object{{"a", below(5)}};
    }
    list.push_back(std::move(object));
    earlier.push_back(child);
    elsewhere_.push_back(child_path);
  }
  return list;
}

std::string RandomGroup::name(std::set<std::string>& taken) {
  static const std::vector<std::string> kParts = {
      "a", "b", "a__b", "load", "x.y", "x_y", "päivä", "日本", "_", "-", "task with spaces", std::string(70, 'l')};
  while (true) {
    std::string name = kParts[static_cast<std::size_t>(below(static_cast<int>(kParts.size())))];
    if (chance(50)) name += std::to_string(below(5));
    if (taken.insert(name).second) return name;
  }
}

json::object RandomGroup::task(const std::string& name) {
  json::object task{{"task_key", name}};
  switch (below(5)) {
    case 0:
      task["notebook_task"] = json::object{{"notebook_path", "/n"}};
      break;
    case 1:
      task["notebook_task"] = json::object{{"notebook_path", "/n"}, {"base_parameters", {{"a", "own"}}}};
      break;
    case 2:
      task["run_job_task"] = json::object{{"job_id", below(1000)}};
      break;
    case 3:
      task["quantum_task"] = json::object{{"qubits", below(7)}};
      break;
    default:
      task["for_each_task"] =
          json::object{{"inputs", "[1]"}, {"task", {{"task_key", "x"}, {"notebook_task", {{"notebook_path", "/n"}}}}}};
  }
  if (chance(20)) task["job_cluster_key"] = "main";
  if (chance(20)) task["max_retries"] = chance(50) ? json::value(below(3)) : json::value(nullptr);
  if (chance(20)) task["libraries"] = json::array{json::object{{"jar", "j" + std::to_string(below(3))}}};
  if (chance(10)) task["member_of_2027"] = anything(0);
  return task;
}

json::object RandomGroup::defaults() {
  json::object defaults;
  if (chance(50)) defaults[chance(50) ? "job_cluster_key" : "environment_key"] = "?";
  if (auto* key = defaults.if_contains("job_cluster_key")) *key = "main";
  if (auto* key = defaults.if_contains("environment_key")) *key = "env";
  if (chance(50)) defaults["notebook_params"] = json::object{{"a", "1"}, {"b", std::to_string(below(3))}};
  if (chance(20)) defaults["python_params"] = json::array{"--day", std::to_string(below(3))};
  if (chance(50)) defaults["libraries"] = json::array{json::object{{"jar", "j" + std::to_string(below(3))}}};
  if (chance(50)) defaults["max_retries"] = below(4);
  if (chance(30)) defaults["email_notifications"] = json::object{{"on_failure", {"a@b"}}};
  if (chance(20)) defaults["run_if"] = "ALL_DONE";
  return defaults;
}

json::array RandomGroup::depends_on(const std::vector<std::string>& earlier) {
  json::array list;
  std::set<std::string> used;
  for (int i = below(4); i > 0 && !earlier.empty(); --i) {
    const std::string& target = earlier[static_cast<std::size_t>(below(static_cast<int>(earlier.size())))];
    if (!used.insert(target).second) continue;
    if (chance(50)) {
      list.push_back(json::value(target));
    } else {
      list.push_back(json::object{{"task_key", target}});
    }
  }
  return list;
}

json::value RandomGroup::anything(int depth) {
  switch (below(depth < 3 ? 9 : 7)) {
    case 0:
      return nullptr;
    case 1:
      return chance(50);
    case 2:
      return below(5) - 2;
    case 3:
      return 1.5;
    case 4:
      return "";
    case 5:
      return "a";
    case 6:
      return std::uint64_t{18446744073709551615u};
    case 7: {
      json::array array;
      for (int i = below(4); i > 0; --i) array.push_back(anything(depth + 1));
      return array;
    }
    default: {
      static const std::vector<std::string> kMembers = {
          "task_key", "group",  "tasks",       "depends_on",      "defaults",   "notebook_task",   "for_each_task",
          "outcome",  "task",   "run_if",      "job_cluster_key", "libraries",  "base_parameters", "new_cluster",
          "~/",       "launch", "prefix_keys", "task_parameters", "parameters", "python_params"};
      json::object object;
      for (int i = below(5); i > 0; --i)
        object[kMembers[static_cast<std::size_t>(below(static_cast<int>(kMembers.size())))]] = anything(depth + 1);
      return object;
    }
  }
}

json::value RandomGroup::shuffled(const json::value& value) {
  if (const json::array* array = value.if_array()) {
    json::array copy;
    for (const json::value& element : *array) copy.push_back(shuffled(element));
    return copy;
  }
  const json::object* object = value.if_object();
  if (object == nullptr) return value;
  std::vector<const json::key_value_pair*> members;
  for (const auto& member : *object) members.push_back(&member);
  std::shuffle(members.begin(), members.end(), random_);
  json::object copy;
  for (const auto* member : members) copy.emplace(member->key(), shuffled(member->value()));
  return copy;
}

void RandomGroup::damage(json::value& document) {
  json::value* value = &document;
  while (true) {
    json::object* object = value->if_object();
    json::array* array = value->if_array();
    const std::size_t size = object != nullptr ? object->size() : array != nullptr ? array->size() : 0;
    if (size == 0 || (value != &document && chance(15))) break;
    const auto index = static_cast<std::ptrdiff_t>(below(static_cast<int>(size)));
    if (object != nullptr && chance(5)) {
      object->erase(object->begin() + index);
      return;
    }
    if (array != nullptr && chance(10)) {
      json::value copy = *(array->begin() + index);
      array->push_back(std::move(copy));
      return;
    }
    value = object != nullptr ? &(object->begin() + index)->value() : &*(array->begin() + index);
  }
  *value = anything(0);
}

DefinedDependencies::DefinedDependencies(const json::value& group) { read(group.at("tasks").get_array(), ""); }

void DefinedDependencies::read(const json::array& tasks, const std::string& parent) {
  const auto path_in = [&](const json::object& object) {
    const json::value* group = object.if_contains("group");
    const std::string name(group != nullptr ? group->get_string() : object.at("task_key").get_string());
    return parent.empty() ? name : parent + "/" + name;
  };
  for (const json::value& element : tasks) {
    const json::object& object = element.get_object();
    Node& node = nodes_[path_in(object)];
    node.parent = parent;
    node.is_group = object.contains("group");
  }
  for (const json::value& element : tasks) {
    const json::object& object = element.get_object();
    const std::string path = path_in(object);
    if (const json::value* list = object.if_contains("depends_on")) {
      for (const json::value& entry : list->get_array()) {
        const json::string& name = entry.is_string() ? entry.get_string() : entry.at("task_key").get_string();
        nodes_[path].written.push_back(name.starts_with("/")
                                           ? std::string(name.subview(1))
                                           : (parent.empty() ? "" : parent + "/") + std::string(name));
      }
    }
    if (object.contains("group")) read(object.at("tasks").get_array(), path);
  }
}

// What depending on that node means, as tasks.
DefinedDependencies::Paths DefinedDependencies::meaning(const std::string& node) {
  if (!nodes_.at(node).is_group) return {node};
  Paths last;
  for (const auto& [path, other] : nodes_) {
    if (!other.is_group && inside(path, node)) last.insert(path);
  }
  if (last.empty()) return waits_for(node);
  const Paths all_inside = last;
  for (const std::string& task : all_inside) {
    for (const std::string& upstream : waits_for(task)) last.erase(upstream);
  }
  return last;
}

DefinedDependencies::Paths DefinedDependencies::waits_for(const std::string& node) {
  if (const auto known = known_.find(node); known != known_.end()) return known->second;
  Paths paths;
  for (const std::string& written : nodes_.at(node).written) paths.merge(meaning(written));
  for (std::string group = nodes_.at(node).parent; !group.empty(); group = nodes_.at(group).parent) {
    if (std::any_of(paths.begin(), paths.end(), [&](const std::string& path) { return inside(path, group); })) break;
    for (const std::string& written : nodes_.at(group).written) paths.merge(meaning(written));
  }
  return known_[node] = paths;
}

std::map<std::string, std::set<std::string>> DefinedDependencies::all() {
  std::map<std::string, Paths> result;
  for (const auto& [path, node] : nodes_) {
    if (!node.is_group) result[path] = waits_for(path);
  }
  return result;
}

}  // namespace brickwork::group
