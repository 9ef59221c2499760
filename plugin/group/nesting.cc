#include "group/nesting.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

constexpr std::string_view kSeparator = "__";

}  // namespace

Nesting::Nesting(const json::array& tasks, std::size_t most_levels) {
  groups_.emplace_back();
  tasks_.reserve(tasks.size());
  for (const json::value& value : tasks) {
    const json::object& task = value.get_object();
    const std::string_view key = task.at("task_key").get_string();
    by_key_.emplace(key, static_cast<std::uint32_t>(tasks_.size()));
    tasks_.push_back({.object = &task, .key = key});
  }
  for (std::uint32_t task = 0; task < tasks_.size(); ++task) place(task, most_levels);

  std::vector<NestedTask> ordered;
  ordered.reserve(tasks_.size());
  number(0, ordered);
  tasks_ = std::move(ordered);
  for (std::uint32_t task = 0; task < tasks_.size(); ++task) by_key_.at(tasks_[task].key) = task;
}

void Nesting::place(std::uint32_t index, std::size_t most_levels) {
  NestedTask& task = tasks_[index];
  std::size_t begin = 0;  // of the name in the key
  std::size_t end = task.key.find(kSeparator, 1);
  std::size_t levels = 0;
  while (levels < most_levels && end != std::string_view::npos && end + kSeparator.size() < task.key.size()) {
    const std::string_view prefix = task.key.substr(0, end);
    if (by_key_.contains(prefix)) {
      end = task.key.find(kSeparator, end + 1);  // a task has that name already
      continue;
    }
    task.group = group_of(prefix, prefix.substr(begin), task.group);
    begin = end + kSeparator.size();
    end = task.key.find(kSeparator, begin + 1);
    ++levels;
  }
  task.name = task.key.substr(begin);
  groups_[task.group].children.push_back({NodeId::Type::kTask, index});
}

std::uint32_t Nesting::group_of(std::string_view path_in_key, std::string_view name, std::uint32_t parent) {
  const auto id = static_cast<std::uint32_t>(groups_.size());
  const auto [known, is_new] = by_prefix_.try_emplace(path_in_key, id);
  if (!is_new) return known->second;
  groups_.push_back({.name = name, .parent = parent, .depth = groups_[parent].depth + 1});
  groups_[parent].children.push_back({NodeId::Type::kGroup, id});
  return id;
}

// As deep as keys have separators, so a few dozen levels.
void Nesting::number(std::uint32_t group, std::vector<NestedTask>& ordered) {
  groups_[group].first_task = static_cast<std::uint32_t>(ordered.size());
  for (NodeId& child : groups_[group].children) {
    names_.emplace(group, name(child));
    if (child.is_group()) {
      number(child.index, ordered);
      continue;
    }
    ordered.push_back(tasks_[child.index]);
    child.index = static_cast<std::uint32_t>(ordered.size() - 1);
  }
  groups_[group].end_task = static_cast<std::uint32_t>(ordered.size());
}

bool Nesting::is_inside(NodeId node, std::uint32_t group) const {
  if (node.is_task()) return contains(group, node.index);
  std::uint32_t around = node.index;
  while (groups_[around].depth > groups_[group].depth) around = groups_[around].parent;
  return around == group;
}

std::uint32_t Nesting::shared_group(std::uint32_t left, std::uint32_t right) const {
  while (left != right) {
    std::uint32_t& deeper = groups_[left].depth >= groups_[right].depth ? left : right;
    deeper = groups_[deeper].parent;
  }
  return left;
}

}  // namespace brickwork::group
