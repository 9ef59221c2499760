#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <set>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "group/tree.h"

namespace brickwork::group {

// One task of a job, and where its key puts it.
struct NestedTask {
  const boost::json::object* object = nullptr;  // as the settings have it
  std::string_view key;
  std::string_view name;    // the end of the key that its group leaves
  std::uint32_t group = 0;  // 0 is the outermost
};

struct NestedGroup {
  std::string_view name;
  std::uint32_t parent = 0;
  std::uint32_t depth = 0;
  std::uint32_t first_task = 0;  // the tasks inside, at any depth, are first_task <= t < end_task
  std::uint32_t end_task = 0;
  std::vector<NodeId> children;
};

// The tasks of a job as the groups that their keys speak of: "checks__rows" is rows in the group checks, because that
// is the key which rows would have there. Where a task is called as the group would be, the name is not cut there. A
// group stands where its first task stood; its other tasks move up to it. Points into the settings.
class Nesting {
 public:
  // Not deeper than `most_levels`.
  Nesting(const boost::json::array& tasks, std::size_t most_levels);

  const std::vector<NestedTask>& tasks() const { return tasks_; }     // in the order of the nested document
  const std::vector<NestedGroup>& groups() const { return groups_; }  // each after the one around it

  std::uint32_t task_of(std::string_view key) const { return by_key_.at(key); }
  bool contains(std::uint32_t group, std::uint32_t task) const {
    return task >= groups_[group].first_task && task < groups_[group].end_task;
  }
  std::uint32_t parent(NodeId node) const {
    return node.is_task() ? tasks_[node.index].group : groups_[node.index].parent;
  }
  std::string_view name(NodeId node) const {
    return node.is_task() ? tasks_[node.index].name : groups_[node.index].name;
  }
  bool is_inside(NodeId node, std::uint32_t group) const;
  std::uint32_t shared_group(std::uint32_t left, std::uint32_t right) const;  // the innermost around both
  bool has_child(std::uint32_t group, std::string_view name) const { return names_.contains({group, name}); }

 private:
  void place(std::uint32_t task, std::size_t most_levels);
  std::uint32_t group_of(std::string_view path_in_key, std::string_view name, std::uint32_t parent);
  void number(std::uint32_t group, std::vector<NestedTask>& ordered);

  std::vector<NestedTask> tasks_;
  std::vector<NestedGroup> groups_;
  std::unordered_map<std::string_view, std::uint32_t> by_key_;
  std::unordered_map<std::string_view, std::uint32_t> by_prefix_;  // groups, by the beginning that their keys share
  std::set<std::pair<std::uint32_t, std::string_view>> names_;     // of all children, by their group
};

}  // namespace brickwork::group
