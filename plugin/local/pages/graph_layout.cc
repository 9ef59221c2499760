#include "local/pages/graph_layout.h"

#include <algorithm>
#include <deque>

namespace brickwork::local::pages {
namespace {

constexpr double kColumn = kBoxWidth + 64;
constexpr double kMargin = 12;
constexpr std::size_t kMostBends = 20'000;  // beyond that nobody follows an edge by eye
constexpr int kSweeps = 8;

// A box, or the place where a long edge passes a layer.
struct Item {
  std::size_t layer = 0;
  bool is_box = true;
  double center = 0;
  std::vector<std::size_t> left, right;  // neighbours in the layers beside it
};

using Neighbours = std::vector<std::size_t> Item::*;
using Edges = std::vector<std::pair<std::size_t, std::size_t>>;

// The longest way to each task.
std::vector<std::size_t> layers_of(std::size_t tasks, const Edges& edges) {
  std::vector<std::size_t> layer(tasks, 0), waiting(tasks, 0);
  std::vector<std::vector<std::size_t>> below(tasks);
  for (const auto& [from, to] : edges) {
    below[from].push_back(to);
    ++waiting[to];
  }
  std::deque<std::size_t> ready;
  for (std::size_t task = 0; task < tasks; ++task)
    if (waiting[task] == 0) ready.push_back(task);
  for (; !ready.empty(); ready.pop_front()) {
    for (const std::size_t next : below[ready.front()]) {
      layer[next] = std::max(layer[next], layer[ready.front()] + 1);
      if (--waiting[next] == 0) ready.push_back(next);
    }
  }
  return layer;
}

class Drawing {
 public:
  Drawing(std::size_t tasks, const Edges& edges) : items_(tasks) {
    const std::vector<std::size_t> layer = layers_of(tasks, edges);
    for (std::size_t task = 0; task < tasks; ++task) add_to_layer(task, layer[task]);
    for (const auto& [from, to] : edges) ways_.push_back(way_between(from, to));
    order_layers();
    place();
  }

  GraphLayout layout(std::size_t tasks, const Edges& edges) const {
    GraphLayout drawn;
    for (std::size_t task = 0; task < tasks; ++task)
      drawn.boxes.push_back({x_of(task), items_[task].center - kBoxHeight / 2});
    for (std::size_t i = 0; i < edges.size(); ++i) drawn.edges.push_back(edge(edges[i], ways_[i]));
    drawn.width = 2 * kMargin + static_cast<double>(layers_.size()) * kColumn - (kColumn - kBoxWidth);
    for (const Item& item : items_) drawn.height = std::max(drawn.height, item.center + kBoxHeight / 2 + kMargin);
    return drawn;
  }

 private:
  void add_to_layer(std::size_t item, std::size_t layer) {
    items_[item].layer = layer;
    if (layers_.size() <= layer) layers_.resize(layer + 1);
    layers_[layer].push_back(item);
  }

  // The items that the edge passes between its ends; empty for neighbours, and for an edge that leads backwards.
  std::vector<std::size_t> way_between(std::size_t from, std::size_t to) {
    std::vector<std::size_t> way;
    std::size_t last = from;
    for (std::size_t layer = items_[from].layer + 1; layer < items_[to].layer && bends_ < kMostBends; ++layer) {
      items_.push_back({.is_box = false});
      ++bends_;
      const std::size_t bend = items_.size() - 1;
      add_to_layer(bend, layer);
      connect(last, bend);
      way.push_back(bend);
      last = bend;
    }
    if (items_[last].layer + 1 == items_[to].layer) connect(last, to);
    return way;
  }

  void connect(std::size_t left, std::size_t right) {
    items_[left].right.push_back(right);
    items_[right].left.push_back(left);
  }

  // Each item moves to the mean place of its neighbours, sweep by sweep: few crossings, and cheap.
  void order_layers() {
    place_.resize(items_.size());
    wish_.resize(items_.size());
    for (const auto& layer : layers_) remember_order(layer);
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
      for (std::vector<std::size_t>& layer : layers_) order(layer, &Item::left);
      for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) order(*layer, &Item::right);
    }
  }

  void order(std::vector<std::size_t>& layer, Neighbours neighbours) {
    for (const std::size_t item : layer)
      wish_[item] = mean(
          items_[item].*neighbours, [&](std::size_t other) { return place_[other]; }, place_[item]);
    std::stable_sort(layer.begin(), layer.end(), [&](std::size_t a, std::size_t b) { return wish_[a] < wish_[b]; });
    remember_order(layer);
  }

  void remember_order(const std::vector<std::size_t>& layer) {
    for (std::size_t i = 0; i < layer.size(); ++i) place_[layer[i]] = static_cast<double>(i);
  }

  template <class Value>
  static double mean(const std::vector<std::size_t>& of, Value value, double otherwise) {
    double sum = 0;
    for (const std::size_t item : of) sum += value(item);
    return of.empty() ? otherwise : sum / static_cast<double>(of.size());
  }

  double distance(std::size_t above, std::size_t below) const {
    if (items_[above].is_box && items_[below].is_box) return kBoxHeight + 16;
    return items_[above].is_box || items_[below].is_box ? kBoxHeight / 2 + 16 : 14;
  }

  void place() {
    for (const auto& layer : layers_)
      for (std::size_t i = 1; i < layer.size(); ++i)
        items_[layer[i]].center = items_[layer[i - 1]].center + distance(layer[i - 1], layer[i]);
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
      for (const auto& layer : layers_) pull(layer, &Item::left);
      for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) pull(*layer, &Item::right);
    }
    const auto is_above = [](const Item& a, const Item& b) { return a.center < b.center; };
    const auto top = std::min_element(items_.begin(), items_.end(), is_above);
    const double shift = top == items_.end() ? 0 : kMargin + kBoxHeight / 2 - top->center;
    for (Item& item : items_) item.center += shift;
  }

  // Towards the neighbours, as far as those above and below leave room: the mean of the two ways to make room, pushing
  // down and pushing up, keeps every distance.
  void pull(const std::vector<std::size_t>& layer, Neighbours neighbours) {
    std::vector<double> down;
    down.reserve(layer.size());
    for (const std::size_t item : layer)
      down.push_back(mean(
          items_[item].*neighbours, [&](std::size_t other) { return items_[other].center; }, items_[item].center));
    std::vector<double> up = down;
    for (std::size_t i = 1; i < layer.size(); ++i)
      down[i] = std::max(down[i], down[i - 1] + distance(layer[i - 1], layer[i]));
    for (std::size_t i = layer.size(); i-- > 1;)
      up[i - 1] = std::min(up[i - 1], up[i] - distance(layer[i - 1], layer[i]));
    for (std::size_t i = 0; i < layer.size(); ++i) items_[layer[i]].center = (down[i] + up[i]) / 2;
  }

  double x_of(std::size_t item) const { return kMargin + static_cast<double>(items_[item].layer) * kColumn; }

  GraphLayout::Edge edge(const std::pair<std::size_t, std::size_t>& ends, const std::vector<std::size_t>& way) const {
    GraphLayout::Edge drawn{ends.first, ends.second, {}};
    drawn.points.push_back({x_of(ends.first) + kBoxWidth, items_[ends.first].center});
    for (const std::size_t bend : way) {
      drawn.points.push_back({x_of(bend), items_[bend].center});
      drawn.points.push_back({x_of(bend) + kBoxWidth, items_[bend].center});
    }
    drawn.points.push_back({x_of(ends.second), items_[ends.second].center});
    return drawn;
  }

  std::vector<Item> items_;  // the tasks first
  std::vector<std::vector<std::size_t>> layers_;
  std::vector<std::vector<std::size_t>> ways_;  // by edge
  std::size_t bends_ = 0;
  std::vector<double> place_, wish_;  // while layers are ordered
};

}  // namespace

GraphLayout lay_out(std::size_t tasks, const Edges& edges) { return Drawing(tasks, edges).layout(tasks, edges); }

}  // namespace brickwork::local::pages
