#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "group/findings.h"
#include "group/flat_index.h"
#include "group/task.h"

namespace brickwork::group {

// Groups deeper than this are a mistake of whoever wrote the document; the limit is what keeps its cost in bounds.
inline constexpr std::uint32_t kMaxGroupDepth = 100;
inline constexpr std::size_t kMaxTasks = 1'000;
inline constexpr std::size_t kMaxPathBytes = 4'096;
// Each has a path of up to those bytes, which is more than the document has for it.
inline constexpr std::size_t kMaxGroups = 10'000;

// A task or a group of the tree: tasks count from 0, groups from 0 on their own.
struct NodeId {
  enum class Type : std::uint8_t { kNone, kTask, kGroup };
  Type type = Type::kNone;
  std::uint32_t index = 0;

  bool is_task() const { return type == Type::kTask; }
  bool is_group() const { return type == Type::kGroup; }
  friend bool operator==(const NodeId&, const NodeId&) = default;
};

struct TaskNode {
  const boost::json::object* object = nullptr;
  std::string_view name;  // empty where the document has none
  std::uint32_t group = 0;
  std::uint32_t index = 0;  // in the tasks of its group
  std::uint32_t order = 0;  // of tasks and groups in the text
  bool has_key = false;     // a task_key, of whatever type
  TaskMembers members;
};

struct GroupNode {
  Place place;        // of the group's object; the document itself for the outermost
  Place tasks_place;  // of its `tasks`
  const boost::json::object* object = nullptr;
  const boost::json::array* tasks = nullptr;
  const boost::json::value* depends_on = nullptr;
  const boost::json::string* run_if = nullptr;
  std::string_view name;
  std::string path;  // empty for the outermost
  std::uint32_t parent = 0;
  std::uint32_t index = 0;
  std::uint32_t depth = 0;
  std::uint32_t order = 0;
  std::uint32_t key_scope = 0;   // the group whose name begins the keys of what is inside: this one or one around it
  std::uint32_t first_task = 0;  // the tasks inside, at any depth, are first_task <= t < end_task
  std::uint32_t end_task = 0;
  std::vector<NodeId> children;
};

// The document as tasks and groups in the order of its text. Points into the document, which must stay as it is.
class Tree {
 public:
  // Called for each task as soon as it is read. Going through a large document once for each question would cost more
  // than all the answers: every time it comes from the memory again, not from the processor's cache.
  using OnTask = std::function<void(const Tree&, std::uint32_t task, const TaskChoices&, const Place&)>;

  Tree(const boost::json::object& document, const OnTask& on_task, Findings& findings);
  Tree(Tree&&) = default;  // places stay valid: the groups do not move in memory
  Tree& operator=(Tree&&) = delete;

  // Entries of `tasks` lie deeper than kMaxJsonDepth; they have not been read, nor what is behind them.
  bool is_too_deep() const { return is_too_deep_; }

  const std::vector<TaskNode>& tasks() const { return tasks_; }
  const std::deque<GroupNode>& groups() const { return groups_; }  // the outermost is 0

  // The child of that name, if there is one.
  NodeId child(std::uint32_t group, std::string_view name) const;

  // Where a path leads to from a group on, if there is something.
  NodeId follow(std::uint32_t group, std::string_view path) const;

  bool contains(const GroupNode& group, std::uint32_t task) const {
    return task >= group.first_task && task < group.end_task;
  }
  Place place(const TaskNode& task) const { return Place(groups_[task.group].tasks_place, task.index); }
  std::uint32_t parent(NodeId node) const {
    return node.is_task() ? tasks_[node.index].group : groups_[node.index].parent;
  }
  std::string path(NodeId node) const;
  std::string path_of(const TaskNode& task) const;

  // Makes room when all names were looked up.
  void forget_names() { by_name_ = FlatIndex(); }

 private:
  // Nodes in one row, for the index of names: tasks have even numbers, groups odd ones.
  static std::uint32_t number_of(NodeId node) { return 2 * node.index + (node.is_group() ? 1 : 0); }
  static NodeId node_of(std::uint32_t number) {
    return {number % 2 == 0 ? NodeId::Type::kTask : NodeId::Type::kGroup, number / 2};
  }
  static std::size_t hash_of(std::uint32_t group, std::string_view name) {
    return FlatIndex::hash(name) ^ (group * std::size_t{0x9E3779B97F4A7C15u});
  }
  bool is_called(NodeId node, std::uint32_t group, std::string_view name) const {
    return parent(node) == group && (node.is_task() ? tasks_[node.index].name : groups_[node.index].name) == name;
  }

  void read_groups(const OnTask& on_task, Findings& findings);
  void read_element(std::uint32_t group, std::uint32_t index, const OnTask& on_task, Findings& findings);
  void read_group(const boost::json::object& object, std::uint32_t parent, std::uint32_t index, Findings& findings);
  void read_task(const boost::json::object& object, std::uint32_t group, std::uint32_t index, const OnTask& on_task,
                 Findings& findings);
  void remember(std::uint32_t group, std::string_view name, NodeId node, const Place& place, Findings& findings);

  std::vector<TaskNode> tasks_;
  std::deque<GroupNode> groups_;
  FlatIndex by_name_;
  bool is_too_deep_ = false;
};

}  // namespace brickwork::group
