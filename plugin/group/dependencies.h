#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "group/tree.h"

namespace brickwork::group {

enum class Outcome : std::uint8_t { kNone, kTrue, kFalse };

// One entry of a depends_on, as written.
struct Reference {
  NodeId target;
  std::uint32_t entry = 0;  // its index in the depends_on
  Outcome outcome = Outcome::kNone;
};

// Every depends_on of the tree with its names found; what is not found or does not fit is reported.
class References {
 public:
  // Of one task after another, while each is read: most name nothing but siblings that stand before them, and a sibling
  // is what a name means first. Reports nothing.
  void read_early(const Tree& tree, std::uint32_t task);

  // When the tree is complete: all others, and those of groups.
  void read_rest(const Tree& tree, Findings& findings);

  std::span<const Reference> of_task(std::uint32_t task) const { return part(task_ranges_[task]); }
  std::span<const Reference> of_group(std::uint32_t group) const { return part(group_ranges_[group]); }
  std::span<const Reference> of(NodeId node) const {
    return node.is_task() ? of_task(node.index) : of_group(node.index);
  }

 private:
  static constexpr std::uint32_t kUnread = static_cast<std::uint32_t>(-1);

  struct Range {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };

  std::uint32_t size() const { return static_cast<std::uint32_t>(list_.size()); }
  std::span<const Reference> part(Range range) const {
    return std::span(list_).subspan(range.begin, range.end - range.begin);
  }

  std::vector<Reference> list_;
  std::vector<Range> task_ranges_;
  std::vector<Range> group_ranges_;
};

// The order in which every task comes after all that it waits for, by way of its groups too. Where there is none, each
// cycle is reported once with its whole path, and the order is empty.
//
// A group is two points on the way: its begin, which each task inside waits for, and its end, which waits for each task
// inside. That keeps the graph as small as the document: "this group after that group" is one edge, not a product.
struct Step {
  enum class Point : std::uint8_t { kTask, kGroupBegin, kGroupEnd };
  Point point = Point::kTask;
  std::uint32_t index = 0;
};
std::vector<Step> order_of(const Tree& tree, const References& references, Findings& findings);

// One task that another one waits for, after groups were replaced by their tasks.
struct Dependency {
  std::uint32_t task = 0;
  Outcome outcome = Outcome::kNone;
  NodeId::Type writer_type = NodeId::Type::kNone;
  std::uint32_t writer = 0;
  std::uint32_t entry = 0;  // where in the depends_on of the writer

  NodeId written_in() const { return {writer_type, writer}; }  // the task or group whose depends_on says so
};

// What each task waits for in the compiled job.
class Dependencies {
 public:
  Dependencies(const Tree& tree, const References& references, std::span<const Step> order, Findings& findings);

  std::span<const Dependency> of(std::uint32_t task) const {
    const Range range = ranges_[task];
    return std::span(list_).subspan(range.begin, range.end - range.begin);
  }

  // The tasks, each after all that it waits for.
  std::span<const std::uint32_t> in_order() const { return order_; }

  std::size_t tasks() const { return ranges_.size(); }

  // All dependencies count in one row.
  std::size_t size() const { return list_.size(); }
  std::size_t number(const Dependency& dependency) const {
    return static_cast<std::size_t>(&dependency - list_.data());
  }
  // Those whose number is set are gone; the others keep their order.
  void drop(const std::vector<bool>& numbers);

  // The run_if of the nearest group of which it is a first task, or null.
  const boost::json::string* run_if_from_group(std::uint32_t task) const { return ranges_[task].run_if; }

 private:
  struct Range {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    const boost::json::string* run_if = nullptr;
  };

  std::vector<Dependency> list_;
  std::vector<Range> ranges_;
  std::vector<std::uint32_t> order_;
};

}  // namespace brickwork::group
