#pragma once

#include <boost/json.hpp>
#include <span>
#include <vector>

#include "group/nesting.h"

namespace brickwork::group {

// The dependencies of a job said shorter: what all first tasks of a group wait for is said once by the group, what
// waits for all last tasks of a group names the group, and names are relative. What results means the same tasks in the
// same order.
class ImportedDependencies {
 public:
  explicit ImportedDependencies(const Nesting& nesting);

  // Of a task or group, ready for the document; empty where it has none.
  boost::json::array of(NodeId writer) const;

  // Whether the job's task waits for anything.
  bool has_any(std::uint32_t task) const { return !lists_[task].empty(); }

 private:
  struct Entry {
    const boost::json::value* written = nullptr;
    std::uint32_t target = 0;
    bool is_plain = false;  // says no more than the name
  };

  void read();
  void lift(std::uint32_t group);
  std::vector<std::uint32_t> first_tasks(std::uint32_t group) const;
  std::span<const Entry> remaining(std::uint32_t task) const { return std::span(lists_[task]).first(kept_[task]); }
  void find_last_tasks();

  std::uint32_t group_at(NodeId writer, std::span<const Entry> entries) const;
  std::string name(NodeId writer, NodeId target) const;

  const Nesting& nesting_;
  std::vector<std::vector<Entry>> lists_;               // of each task, as the job has them
  std::vector<std::size_t> kept_;                       // how many of them the task still says itself
  std::vector<std::vector<Entry>> lifted_;              // of each group
  std::vector<std::vector<std::uint32_t>> last_tasks_;  // of each group
};

}  // namespace brickwork::group
