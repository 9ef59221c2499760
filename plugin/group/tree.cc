#include "group/tree.h"

#include "group/depth.h"
#include "group/plain_secrets.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

constexpr std::size_t kAroundTask = 2;  // values around each of the outermost: the document and its tasks
constexpr MemberRule kGroupMembers[] = {{"group", Type::kString},       {"tasks", Type::kArray},
                                        {"defaults", Type::kObject},    {"depends_on", Type::kArray},
                                        {"run_if", Type::kString},      {"description", Type::kString},
                                        {"prefix_keys", Type::kBoolean}};
constexpr std::string_view kJobMembers[] = {"job_clusters", "environments", "parameters", "policy", "launch"};

// What a nested group says that would be lost, because a job has no place for it.
void check_group_members(const json::object& object, const Place& place, Findings& findings) {
  check_members(object, kGroupMembers, "group", place, findings, Spelling::kUnchecked);
  for (const auto& [name, value] : object) {
    const std::string_view member = name;
    bool known = member == "task_key";  // has a finding of its own
    for (const MemberRule& rule : kGroupMembers) known = known || rule.name == member;
    if (known) continue;
    bool of_job = false;
    for (std::string_view job_member : kJobMembers) of_job = of_job || job_member == member;
    if (of_job) {
      findings.error(Place(place, member), "job_member_in_group",
                     std::string(member) + " stands in a nested group, but it holds for the whole job",
                     "move it to the outermost group");
    } else {
      findings.warning(Place(place, member), "unknown_group_member",
                       quoted(member) + " means nothing in a nested group and is left out of the job",
                       "for the tasks inside, write it under defaults; for the job, in the outermost group");
    }
  }
}

}  // namespace

Tree::Tree(const json::object& document, const OnTask& on_task, Findings& findings) {
  GroupNode& root = groups_.emplace_back();
  root.tasks_place = Place(root.place, "tasks");
  root.object = &document;
  const json::value* tasks = document.if_contains("tasks");
  if (tasks != nullptr) {
    check_type(*tasks, {.name = "tasks", .type = Type::kArray}, root.tasks_place, findings);
    root.tasks = tasks->if_array();
  }
  if (root.tasks != nullptr) {
    tasks_.reserve(root.tasks->size());
    by_name_ = FlatIndex(root.tasks->size());
  }
  read_groups(on_task, findings);
  tasks_.shrink_to_fit();
  if (tasks_.empty() && (tasks == nullptr || tasks->is_null() || root.tasks != nullptr)) {
    findings.error(tasks == nullptr ? root.place : root.tasks_place, "empty_group", "the group has no task",
                   "add at least one task under tasks: Databricks does not run a job without any");
  }
}

// Depth first in the order of the text, on a stack of its own: the document decides how deep it is, not ours.
void Tree::read_groups(const OnTask& on_task, Findings& findings) {
  struct Level {
    std::uint32_t group;
    std::uint32_t next;
  };
  std::vector<Level> levels{{0, 0}};
  while (!levels.empty()) {
    Level& level = levels.back();
    GroupNode& group = groups_[level.group];
    if (group.tasks == nullptr || level.next >= group.tasks->size()) {
      group.end_task = static_cast<std::uint32_t>(tasks_.size());
      levels.pop_back();
      continue;
    }
    const std::size_t groups_before = groups_.size();
    const std::uint32_t index = level.next++;
    // One part of the document after another, because this goes through all of its memory, and so does the reading.
    if (level.group == 0 && ::brickwork::group::is_too_deep((*group.tasks)[index], kAroundTask)) {
      is_too_deep_ = true;
      return;
    }
    read_element(level.group, index, on_task, findings);
    if (groups_.size() > groups_before) levels.push_back({static_cast<std::uint32_t>(groups_before), 0});
  }
}

void Tree::read_element(std::uint32_t group, std::uint32_t index, const OnTask& on_task, Findings& findings) {
  const json::value& element = (*groups_[group].tasks)[index];
  const json::object* object = element.if_object();
  if (object == nullptr) {
    findings.error(Place(groups_[group].tasks_place, index), "wrong_type",
                   "an entry of tasks is " + shown(element) + ", it must be an object",
                   "write a task with a task_key, or a nested group with a group and its tasks");
  } else if (object->contains("group")) {
    read_group(*object, group, index, findings);
  } else {
    read_task(*object, group, index, on_task, findings);
  }
}

void Tree::read_group(const json::object& object, std::uint32_t parent, std::uint32_t index, Findings& findings) {
  const GroupNode& outer = groups_[parent];
  const auto id = static_cast<std::uint32_t>(groups_.size());
  GroupNode& group = groups_.emplace_back();
  group.place = Place(outer.tasks_place, index);
  group.tasks_place = Place(group.place, "tasks");
  group.object = &object;
  group.parent = parent;
  group.index = index;
  group.depth = outer.depth + 1;
  group.order = static_cast<std::uint32_t>(tasks_.size() + groups_.size());
  group.first_task = static_cast<std::uint32_t>(tasks_.size());
  check_group_members(object, group.place, findings);

  if (const json::string* name = string_in(object, "group")) {
    group.name = *name;
    remember(parent, group.name, {NodeId::Type::kGroup, id}, Place(group.place, "group"), findings);
  }
  if (groups_.size() <= kMaxGroups + 1)
    group.path = outer.path.empty() ? std::string(group.name) : outer.path + "/" + std::string(group.name);
  groups_[parent].children.push_back({NodeId::Type::kGroup, id});
  if (object.contains("task_key")) {
    findings.error(Place(group.place, "task_key"), "group_and_task",
                   "the entry has a group and a task_key, it can be one of them",
                   "keep group for a nested group, task_key for a task");
  }
  group.depends_on = object.if_contains("depends_on");
  if (groups_.size() > kMaxGroups + 1) {
    if (groups_.size() == kMaxGroups + 2) {
      findings.error(
          group.place, "too_many_groups", "there are more than " + std::to_string(kMaxGroups) + " nested groups",
          "nest tasks that belong together: what is inside this group and those behind it has not been read");
    }
    return;
  }
  const json::value* prefix_keys = object.if_contains("prefix_keys");
  group.key_scope = prefix_keys != nullptr && *prefix_keys == json::value(false) ? outer.key_scope : id;
  group.run_if = string_in(object, "run_if");
  if (group.run_if != nullptr) check_run_if(object.at("run_if"), Place(group.place, "run_if"), findings);
  if (group.depth > kMaxGroupDepth) {
    findings.error(group.place, "too_deep",
                   "the groups are nested more than " + std::to_string(kMaxGroupDepth) + " levels deep",
                   "nest less: what is below has not been read");
    return;
  }
  if (group.path.size() > kMaxPathBytes) {
    findings.error(Place(group.place, "group"), "too_large",
                   "the path of the group has " + std::to_string(group.path.size()) + " bytes, the limit is " +
                       std::to_string(kMaxPathBytes),
                   "shorten the names: what is below has not been read");
    return;
  }
  group.tasks = array_in(object, "tasks");
  if (group.tasks == nullptr || group.tasks->empty()) {
    findings.warning(group.place, "empty_group", "the group " + quoted(group.path) + " has no task",
                     "add a task or leave the group out; what waits for it waits for what it waits for");
  }
}

void Tree::read_task(const json::object& object, std::uint32_t group, std::uint32_t index, const OnTask& on_task,
                     Findings& findings) {
  TaskNode& task = tasks_.emplace_back();
  const NodeId id{NodeId::Type::kTask, static_cast<std::uint32_t>(tasks_.size() - 1)};
  task.object = &object;
  task.group = group;
  task.index = index;
  task.order = static_cast<std::uint32_t>(tasks_.size() + groups_.size() - 1);
  task.has_key = has(object, "task_key");
  groups_[group].children.push_back(id);
  const Place place(groups_[group].tasks_place, index);
  if (const json::string* name = read_task_key(object, place, findings)) {
    if (name->size() > kMaxPathBytes) {
      findings.error(
          Place(place, "task_key"), "too_long",
          "task_key has " + std::to_string(name->size()) + " bytes, the limit is " + std::to_string(kMaxPathBytes),
          "shorten it; Databricks itself takes 100 characters");
    }
    task.name = std::string_view(*name).substr(0, kMaxPathBytes);
    remember(group, task.name, id, Place(place, "task_key"), findings);
  }
  const ReadTask read = read_task_members(object, place, findings);
  task.members = read.members;
  task.members.has_braces = check_task_secrets(read, place, findings);
  on_task(*this, id.index, read.choices, place);
}

void Tree::remember(std::uint32_t group, std::string_view name, NodeId node, const Place& place, Findings& findings) {
  if (name.empty()) {
    findings.error(place, "empty_task_key", "the name is empty", "give the task or group a name");
    return;
  }
  if (name.find('/') != std::string_view::npos) {
    findings.error(place, "bad_task_key", quoted(name) + " has a slash, which separates groups from tasks in a path",
                   "write another character instead of the slash");
  }
  const std::uint32_t earlier = by_name_.find_or_add(hash_of(group, name), number_of(node), [&](std::uint32_t number) {
    return is_called(node_of(number), group, name);
  });
  if (earlier == FlatIndex::kNone) return;
  const NodeId first = node_of(earlier);
  const Place first_place = first.is_task() ? this->place(tasks_[first.index]) : groups_[first.index].place;
  findings.error(place, "duplicate_key", quoted(name) + " is also the name of " + first_place.pointer(),
                 "give one of them another name");
}

NodeId Tree::child(std::uint32_t group, std::string_view name) const {
  const std::uint32_t number =
      by_name_.find(hash_of(group, name), [&](std::uint32_t other) { return is_called(node_of(other), group, name); });
  return number == FlatIndex::kNone ? NodeId{} : node_of(number);
}

NodeId Tree::follow(std::uint32_t group, std::string_view path) const {
  NodeId node;
  while (true) {
    const std::size_t slash = path.find('/');
    node = child(group, path.substr(0, slash));
    if (slash == std::string_view::npos || !node.is_group()) break;
    group = node.index;
    path.remove_prefix(slash + 1);
  }
  return path.find('/') == std::string_view::npos ? node : NodeId{};
}

std::string Tree::path_of(const TaskNode& task) const {
  const std::string& group = groups_[task.group].path;
  std::string path;
  path.reserve(group.size() + 1 + task.name.size());
  path = group;
  if (!path.empty()) path += '/';
  path += task.name;
  return path;
}

std::string Tree::path(NodeId node) const {
  return node.is_task() ? path_of(tasks_[node.index]) : groups_[node.index].path;
}

}  // namespace brickwork::group
