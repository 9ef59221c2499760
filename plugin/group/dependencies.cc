#include "group/dependencies.h"

#include <algorithm>

namespace brickwork::group {
namespace {

namespace json = boost::json;

// A job of 1,000 tasks in two groups, one after the other, has 250,000 of them and a request of more than the 10 MB
// that Databricks takes.
constexpr std::size_t kMaxDependencies = 100'000;
// Of all groups together. Empty ones pass on what they wait for, each with a list of its own.
constexpr std::size_t kMaxEnds = 2'000'000;

// Walks the order once. What a task waits for is complete when it comes up, and so are the last tasks of a group when
// its end comes up.
class Expansion {
 public:
  Expansion(const Tree& tree, const References& references)
      : tree_(tree),
        references_(references),
        ends_(tree.groups().size()),
        is_waited_for_(tree.groups().size(), false),
        inner_depth_(tree.tasks().size(), -1),
        seen_by_(3 * tree.tasks().size(), 0) {
    const auto mark = [&](std::span<const Reference> written) {
      for (const Reference& reference : written) {
        if (reference.target.is_group()) is_waited_for_[reference.target.index] = true;
      }
    };
    for (std::uint32_t task = 0; task < tree.tasks().size(); ++task) mark(references.of_task(task));
    for (std::uint32_t group = 0; group < tree.groups().size(); ++group) mark(references.of_group(group));
  }

  // Appends what the task waits for. Returns the run_if that comes with it, or null.
  const json::string* expand_task(std::uint32_t task, std::vector<Dependency>& list) {
    const std::size_t begin = list.size();
    const json::string* run_if = collect({NodeId::Type::kTask, task}, list);
    for (std::size_t i = begin; i < list.size(); ++i) note_waiter(list[i].task, task);
    return run_if;
  }

  void end_group(std::uint32_t index) {
    if (!is_waited_for_[index]) return;
    const GroupNode& group = tree_.groups()[index];
    if (group.first_task == group.end_task) {
      // An empty group is transparent: who waits for it waits for what it would have waited for.
      collect({NodeId::Type::kGroup, index}, ends_[index]);
    } else {
      for (std::uint32_t task = group.first_task; task < group.end_task; ++task) {
        if (inner_depth_[task] < static_cast<std::int32_t>(group.depth)) ends_[index].push_back({.task = task});
      }
    }
    all_ends_ += ends_[index].size();
  }

  bool is_too_large() const { return all_ends_ > kMaxEnds; }

 private:
  // Its own dependencies, then those of each group around it of which it is a first task: one that waits for nothing
  // inside that group. The nearest run_if of those groups holds for it too.
  const json::string* collect(NodeId node, std::vector<Dependency>& list) {
    ++reader_;
    const json::string* run_if = nullptr;
    const std::size_t begin = list.size();
    add(node, list);
    std::uint32_t group = tree_.parent(node);
    while (group != 0) {
      const GroupNode& around = tree_.groups()[group];
      const bool is_first = std::none_of(list.begin() + static_cast<std::ptrdiff_t>(begin), list.end(),
                                         [&](const Dependency& one) { return tree_.contains(around, one.task); });
      if (!is_first) break;
      if (run_if == nullptr) run_if = around.run_if;
      add({NodeId::Type::kGroup, group}, list);
      group = around.parent;
    }
    return run_if;
  }

  void add(NodeId writer, std::vector<Dependency>& list) {
    for (const Reference& reference : references_.of(writer)) {
      if (reference.target.is_task()) {
        add_one({reference.target.index, reference.outcome, writer.type, writer.index, reference.entry}, list);
        continue;
      }
      for (const Dependency& end : ends_[reference.target.index])
        add_one({end.task, end.outcome, writer.type, writer.index, reference.entry}, list);
    }
  }

  void add_one(const Dependency& dependency, std::vector<Dependency>& list) {
    std::uint32_t& seen_by = seen_by_[3 * dependency.task + static_cast<std::uint32_t>(dependency.outcome)];
    if (seen_by == reader_) return;
    seen_by = reader_;
    list.push_back(dependency);
  }

  // `upstream` is not a last task of any group that it shares with `waiter`: remember the depth of the innermost.
  void note_waiter(std::uint32_t upstream, std::uint32_t waiter) {
    std::uint32_t shared = tree_.tasks()[upstream].group;
    while (!tree_.contains(tree_.groups()[shared], waiter)) shared = tree_.groups()[shared].parent;
    inner_depth_[upstream] = std::max(inner_depth_[upstream], static_cast<std::int32_t>(tree_.groups()[shared].depth));
  }

  const Tree& tree_;
  const References& references_;
  std::vector<std::vector<Dependency>> ends_;  // of each group that somebody waits for
  std::size_t all_ends_ = 0;
  std::vector<bool> is_waited_for_;
  std::vector<std::int32_t> inner_depth_;
  std::vector<std::uint32_t> seen_by_;
  std::uint32_t reader_ = 0;
};

void report_too_many(const Place& place, std::size_t limit, Findings& findings) {
  findings.error(
      place, "too_many_dependencies",
      "there are more than " + std::to_string(limit) + " dependencies after groups were replaced by their tasks",
      "put one task between two large groups, so that all of one waits for it and it for all of the other");
}

}  // namespace

Dependencies::Dependencies(const Tree& tree, const References& references, std::span<const Step> order,
                           Findings& findings)
    : ranges_(tree.tasks().size()) {
  Expansion expansion(tree, references);
  order_.reserve(tree.tasks().size());
  for (const Step& step : order) {
    if (step.point == Step::Point::kGroupEnd) {
      expansion.end_group(step.index);
      if (expansion.is_too_large()) {
        report_too_many(tree.groups()[step.index].place, kMaxEnds, findings);
        return;
      }
    }
    if (step.point != Step::Point::kTask) continue;
    const auto begin = static_cast<std::uint32_t>(list_.size());
    const json::string* run_if = expansion.expand_task(step.index, list_);
    ranges_[step.index] = {begin, static_cast<std::uint32_t>(list_.size()), run_if};
    order_.push_back(step.index);
    if (list_.size() <= kMaxDependencies) continue;
    report_too_many(tree.place(tree.tasks()[step.index]), kMaxDependencies, findings);
    return;
  }
  list_.shrink_to_fit();
}

void Dependencies::drop(const std::vector<bool>& numbers) {
  std::uint32_t kept = 0;
  for (const std::uint32_t task : order_) {
    Range& range = ranges_[task];
    const std::uint32_t begin = kept;
    for (std::uint32_t i = range.begin; i < range.end; ++i) {
      if (!numbers[i]) list_[kept++] = list_[i];
    }
    range.begin = begin;
    range.end = kept;
  }
  list_.resize(kept);
}

}  // namespace brickwork::group
