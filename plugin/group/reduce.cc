#include "group/reduce.h"

#include <algorithm>

namespace brickwork::group {
namespace {

namespace json = boost::json;

class Reduction {
 public:
  Reduction(const Tree& tree, const Defaults& defaults, const Dependencies& dependencies)
      : tree_(tree),
        dependencies_(dependencies),
        needs_success_(tree.tasks().size()),
        leads_on_(tree.tasks().size()),
        reached_(tree.tasks().size()),
        follows_(dependencies.size(), false) {
    for (std::uint32_t task = 0; task < tree.tasks().size(); ++task) {
      needs_success_[task] = runs_on_success(task, defaults);
      leads_on_[task] = needs_success_[task] && !is_excluded_by_itself(task);
    }
  }

  // For 64 tasks at a time, one bit each: which tasks wait for them, and by which way. That is quadratic with a divisor
  // of 64 for memory that is linear, and a job is small enough for it.
  std::vector<bool> run() && {
    const std::span<const std::uint32_t> order = dependencies_.in_order();
    for (std::size_t begin = 0; begin < order.size(); begin += kSources) {
      std::fill(reached_.begin(), reached_.end(), 0);
      sources_.assign(tree_.tasks().size(), 0);
      const std::size_t sources = std::min(kSources, order.size() - begin);
      for (std::size_t i = 0; i < sources; ++i) sources_[order[begin + i]] = std::uint64_t{1} << i;
      for (const std::uint32_t task : order.subspan(begin)) visit(task);
    }
    return std::move(follows_);
  }

 private:
  static constexpr std::size_t kSources = 64;

  bool runs_on_success(std::uint32_t task, const Defaults& defaults) const {
    const TaskNode& node = tree_.tasks()[task];
    const json::string* run_if = dependencies_.run_if_from_group(task);
    if (const json::value* own = node.object->if_contains("run_if")) {
      run_if = own->if_string();
    } else if (run_if == nullptr) {
      run_if = defaults.run_if(node.group);
    }
    return run_if == nullptr || *run_if == "ALL_SUCCESS";
  }

  // Such a task may be left out although all before it succeeded, and then says nothing about them.
  bool is_excluded_by_itself(std::uint32_t task) const {
    const json::value* disabled = tree_.tasks()[task].object->if_contains("disabled");
    if (disabled != nullptr && !disabled->is_null() && *disabled != json::value(false)) return true;
    for (const Dependency& dependency : dependencies_.of(task)) {
      if (!is_plain(dependency)) return true;
    }
    return false;
  }

  // Says no more than "after that task"; members that only Databricks knows may say more.
  bool is_plain(const Dependency& dependency) const {
    if (dependency.outcome != Outcome::kNone) return false;
    const NodeId writer = dependency.written_in();
    const json::value* depends_on =
        writer.is_task() ? tree_.tasks()[writer.index].members.depends_on : tree_.groups()[writer.index].depends_on;
    const json::object* entry = depends_on->get_array()[dependency.entry].if_object();
    return entry == nullptr || entry->size() == 1;
  }

  void visit(std::uint32_t task) {
    std::uint64_t directly = 0;
    std::uint64_t by_longer_ways = 0;
    const std::span<const Dependency> dependencies = dependencies_.of(task);
    for (const Dependency& dependency : dependencies) {
      if (!is_plain(dependency)) continue;
      directly |= sources_[dependency.task];
      if (leads_on_[dependency.task]) by_longer_ways |= reached_[dependency.task];
    }
    reached_[task] = directly | by_longer_ways;
    if (!needs_success_[task] || (directly & by_longer_ways) == 0) return;
    for (const Dependency& dependency : dependencies) {
      if ((sources_[dependency.task] & by_longer_ways) != 0 && is_plain(dependency))
        follows_[dependencies_.number(dependency)] = true;
    }
  }

  const Tree& tree_;
  const Dependencies& dependencies_;
  std::vector<bool> needs_success_;
  std::vector<bool> leads_on_;
  std::vector<std::uint64_t> reached_;  // which of the present sources each task waits for by plain dependencies
  std::vector<std::uint64_t> sources_;  // the bit of each task that is one
  std::vector<bool> follows_;
};

}  // namespace

void reduce(const Tree& tree, const Defaults& defaults, Dependencies& dependencies) {
  dependencies.drop(Reduction(tree, defaults, dependencies).run());
}

}  // namespace brickwork::group
