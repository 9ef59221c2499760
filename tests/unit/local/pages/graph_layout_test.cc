#include "local/pages/graph_layout.h"

#include <gtest/gtest.h>

#include <random>

namespace brickwork::local::pages {
namespace {

using Edges = std::vector<std::pair<std::size_t, std::size_t>>;

bool overlap(const Point& a, const Point& b) {
  return std::abs(a.x - b.x) < kBoxWidth && std::abs(a.y - b.y) < kBoxHeight;
}

void expect_sound(const GraphLayout& layout, const Edges& edges) {
  for (std::size_t i = 0; i < layout.boxes.size(); ++i) {
    const Point& box = layout.boxes[i];
    EXPECT_GE(box.x, 0);
    EXPECT_GE(box.y, 0);
    EXPECT_LE(box.x + kBoxWidth, layout.width);
    EXPECT_LE(box.y + kBoxHeight, layout.height);
    for (std::size_t j = i + 1; j < layout.boxes.size(); ++j)
      EXPECT_FALSE(overlap(box, layout.boxes[j])) << i << " " << j;
  }
  ASSERT_EQ(layout.edges.size(), edges.size());
  for (const GraphLayout::Edge& edge : layout.edges) {
    EXPECT_EQ(edge.points.size() % 2, 0u);
    EXPECT_EQ(edge.points.front().x, layout.boxes[edge.from].x + kBoxWidth);
    EXPECT_EQ(edge.points.back().x, layout.boxes[edge.to].x);
    // Between two columns an edge is a curve; inside a column it goes level, and there it must cross no box.
    for (std::size_t i = 1; i + 1 < edge.points.size(); i += 2)
      for (const Point& box : layout.boxes) {
        const bool is_behind_it =
            box.x == edge.points[i].x && edge.points[i].y > box.y && edge.points[i].y < box.y + kBoxHeight;
        EXPECT_FALSE(is_behind_it);
      }
  }
}

TEST(GraphLayout, StandsInColumnsByTheLongestWay) {
  const Edges edges{{0, 1}, {1, 2}, {0, 2}, {2, 3}, {0, 3}};
  const GraphLayout layout = lay_out(4, edges);
  expect_sound(layout, edges);
  EXPECT_LT(layout.boxes[0].x, layout.boxes[1].x);
  EXPECT_LT(layout.boxes[1].x, layout.boxes[2].x);
  EXPECT_LT(layout.boxes[2].x, layout.boxes[3].x);
  EXPECT_EQ(layout.edges[4].points.size(), 6u);  // past two columns
}

TEST(GraphLayout, DrawsNothingOneAndWhatIsNotConnected) {
  EXPECT_EQ(lay_out(0, {}).boxes.size(), 0u);
  expect_sound(lay_out(1, {}), {});
  expect_sound(lay_out(7, {}), {});
}

TEST(GraphLayout, SurvivesACycleThatNoJobMayHave) {
  const GraphLayout layout = lay_out(3, {{0, 1}, {1, 0}, {2, 2}});
  EXPECT_EQ(layout.boxes.size(), 3u);
  EXPECT_EQ(layout.edges.size(), 3u);
}

TEST(GraphLayout, NeverLetsBoxesOverlapNorEdgesCrossThem) {
  std::mt19937 random(7);
  for (int round = 0; round < 60; ++round) {
    const std::size_t tasks = 2 + random() % 40;
    Edges edges;
    for (std::size_t to = 1; to < tasks; ++to)
      for (std::size_t k = random() % 4; k > 0; --k) edges.emplace_back(random() % to, to);
    expect_sound(lay_out(tasks, edges), edges);
  }
}

TEST(GraphLayout, UntanglesWhatWasNamedTheWrongWayRound) {
  const GraphLayout layout = lay_out(4, {{0, 3}, {1, 2}});
  EXPECT_EQ(layout.boxes[0].y < layout.boxes[1].y, layout.boxes[3].y < layout.boxes[2].y);
}

TEST(GraphLayout, TakesTheLargestJobAtOnce) {
  Edges edges;
  for (std::size_t to = 1; to < 1000; ++to) {
    edges.emplace_back(to - 1, to);
    edges.emplace_back(0, to);
  }
  EXPECT_EQ(lay_out(1000, edges).boxes.size(), 1000u);
}

}  // namespace
}  // namespace brickwork::local::pages
