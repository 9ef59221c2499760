#pragma once

#include <string>
#include <utility>
#include <vector>

namespace brickwork::local::pages {

struct Point {
  double x = 0;
  double y = 0;
};

// Where the tasks of a graph stand on a drawing, and the way of each dependency between them. Pure arithmetic.
struct GraphLayout {
  struct Edge {
    std::size_t from = 0;
    std::size_t to = 0;
    std::vector<Point> points;  // from the right side of one box to the left side of the other
  };
  std::vector<Point> boxes;  // upper left corners, in the order of the tasks
  std::vector<Edge> edges;
  double width = 0;
  double height = 0;
};

inline constexpr double kBoxWidth = 216;
inline constexpr double kBoxHeight = 54;

// Layers from left to right; an edge that passes layers has a place of its own in each, so it crosses no box.
// `edges` are pairs of indexes (upstream, downstream); those of a cycle are drawn backwards.
GraphLayout lay_out(std::size_t tasks, const std::vector<std::pair<std::size_t, std::size_t>>& edges);

}  // namespace brickwork::local::pages
