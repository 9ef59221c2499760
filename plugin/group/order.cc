#include <algorithm>

#include "group/dependencies.h"

namespace brickwork::group {
namespace {

using Point = Step::Point;
using Id = std::uint32_t;

// Depth first over tasks, group begins and group ends, on a stack of its own.
class Walk {
 public:
  Walk(const Tree& tree, const References& references, Findings& findings)
      : tree_(tree),
        references_(references),
        findings_(findings),
        tasks_(static_cast<Id>(tree.tasks().size())),
        colours_(tasks_ + 2 * tree.groups().size(), Colour::kNew),
        in_cycle_(colours_.size(), false) {}

  std::vector<Step> run() {
    order_.reserve(colours_.size());
    for (Id id = 0; id < colours_.size(); ++id) {
      if (colours_[id] == Colour::kNew) visit_from(id);
    }
    if (found_cycle_) order_.clear();
    return std::move(order_);
  }

 private:
  enum class Colour : std::uint8_t { kNew, kOpen, kDone };
  struct Level {
    Id id;
    std::uint32_t next;
  };
  static constexpr Id kNoMore = static_cast<Id>(-1);

  Step step(Id id) const {
    if (id < tasks_) return {Point::kTask, id};
    const Id group = (id - tasks_) / 2;
    return {(id - tasks_) % 2 == 0 ? Point::kGroupBegin : Point::kGroupEnd, group};
  }
  Id begin_of(std::uint32_t group) const { return tasks_ + 2 * group; }
  Id end_of(NodeId node) const { return node.is_task() ? node.index : tasks_ + 2 * node.index + 1; }

  // The n-th point that `id` waits for.
  Id waits_for(Id id, std::uint32_t n) const {
    const Step here = step(id);
    if (here.point == Point::kGroupEnd) {
      const GroupNode& group = tree_.groups()[here.index];
      if (n < group.children.size()) return end_of(group.children[n]);
      return n == group.children.size() ? begin_of(here.index) : kNoMore;
    }
    const bool is_task = here.point == Point::kTask;
    const auto references = is_task ? references_.of_task(here.index) : references_.of_group(here.index);
    if (n < references.size()) return end_of(references[n].target);
    if (n > references.size() || (!is_task && here.index == 0)) return kNoMore;
    return begin_of(is_task ? tree_.tasks()[here.index].group : tree_.groups()[here.index].parent);
  }

  void visit_from(Id start) {
    levels_.push_back({start, 0});
    colours_[start] = Colour::kOpen;
    while (!levels_.empty()) {
      Level& level = levels_.back();
      const Id next = waits_for(level.id, level.next++);
      if (next == kNoMore) {
        colours_[level.id] = Colour::kDone;
        order_.push_back(step(level.id));
        levels_.pop_back();
      } else if (colours_[next] == Colour::kNew) {
        colours_[next] = Colour::kOpen;
        levels_.push_back({next, 0});
      } else if (colours_[next] == Colour::kOpen) {
        report_cycle(next);
      }
    }
  }

  // The cycle is the open part of the stack from `start` on. A point is reported in one cycle only, which keeps the
  // whole linear and spares the reader the many ways through one knot.
  void report_cycle(Id start) {
    found_cycle_ = true;
    if (in_cycle_[start] || in_cycle_[levels_.back().id]) return;
    auto first = std::find_if(levels_.rbegin(), levels_.rend(), [&](const Level& level) { return level.id == start; });
    std::vector<Level> cycle(std::prev(first.base()), levels_.end());
    for (const Level& level : cycle) in_cycle_[level.id] = true;

    // Begin where the text begins, at something that somebody wrote: groups' ends wait for their tasks unasked.
    const auto rank = [&](const Level& level) {
      const std::span<const Reference> written = references_of(level.id);
      return level.next <= written.size() ? order_in_text(level.id) : static_cast<std::uint32_t>(-1);
    };
    std::rotate(cycle.begin(),
                std::min_element(cycle.begin(), cycle.end(),
                                 [&](const Level& left, const Level& right) { return rank(left) < rank(right); }),
                cycle.end());
    report(cycle);
  }

  std::span<const Reference> references_of(Id id) const {
    const Step here = step(id);
    if (here.point == Point::kGroupEnd) return {};
    return here.point == Point::kTask ? references_.of_task(here.index) : references_.of_group(here.index);
  }

  std::uint32_t order_in_text(Id id) const {
    const Step here = step(id);
    return here.point == Point::kTask ? tree_.tasks()[here.index].order : tree_.groups()[here.index].order;
  }

  NodeId node(Id id) const {
    const Step here = step(id);
    return {here.point == Point::kTask ? NodeId::Type::kTask : NodeId::Type::kGroup, here.index};
  }

  void report(const std::vector<Level>& cycle) {
    std::string path;
    NodeId last;
    for (const Level& level : cycle) {
      const NodeId here = node(level.id);
      if (here == last) continue;
      path += tree_.path(here) + " -> ";
      last = here;
    }
    path += tree_.path(node(cycle.front().id));

    const NodeId writer = node(cycle.front().id);
    const Reference& reference = references_of(cycle.front().id)[cycle.front().next - 1];
    const Place writer_place =
        writer.is_task() ? tree_.place(tree_.tasks()[writer.index]) : tree_.groups()[writer.index].place;
    const Place depends_on(writer_place, "depends_on");
    findings_.error(Place(depends_on, reference.entry), "cycle", "a cycle: " + path + ", where -> means waits for",
                    "take one of these dependencies out");
  }

  const Tree& tree_;
  const References& references_;
  Findings& findings_;
  const Id tasks_;
  std::vector<Colour> colours_;
  std::vector<bool> in_cycle_;
  std::vector<Level> levels_;
  std::vector<Step> order_;
  bool found_cycle_ = false;
};

}  // namespace

std::vector<Step> order_of(const Tree& tree, const References& references, Findings& findings) {
  return Walk(tree, references, findings).run();
}

}  // namespace brickwork::group
