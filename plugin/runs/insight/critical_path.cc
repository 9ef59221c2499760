#include "runs/insight/critical_path.h"

#include <algorithm>

namespace brickwork::runs {
namespace {

struct Graph {
  std::vector<std::vector<std::size_t>> before;  // by step: what it waits for, without what is not there
  std::vector<std::vector<std::size_t>> behind;
  std::vector<std::size_t> order;  // each step behind all it waits for; those of a cycle are not in it
};

Graph graph_of(const std::vector<Step>& steps) {
  Graph graph{.before = std::vector<std::vector<std::size_t>>(steps.size()),
              .behind = std::vector<std::vector<std::size_t>>(steps.size()),
              .order = {}};
  std::vector<std::size_t> waits_for(steps.size());
  for (std::size_t i = 0; i < steps.size(); ++i)
    for (const std::size_t upstream : steps[i].after) {
      if (upstream >= steps.size()) continue;
      graph.before[i].push_back(upstream);
      graph.behind[upstream].push_back(i);
      ++waits_for[i];
    }
  for (std::size_t i = 0; i < steps.size(); ++i)
    if (waits_for[i] == 0) graph.order.push_back(i);
  for (std::size_t next = 0; next < graph.order.size(); ++next)
    for (const std::size_t downstream : graph.behind[graph.order[next]])
      if (--waits_for[downstream] == 0) graph.order.push_back(downstream);
  return graph;
}

// When each step can be done at the earliest.
std::vector<std::int64_t> earliest_ends(const std::vector<Step>& steps, const Graph& graph) {
  std::vector<std::int64_t> ends(steps.size());
  for (std::size_t i = 0; i < steps.size(); ++i) ends[i] = steps[i].ms;
  for (const std::size_t i : graph.order) {
    std::int64_t start = 0;
    for (const std::size_t upstream : graph.before[i]) start = std::max(start, ends[upstream]);
    ends[i] = start + steps[i].ms;
  }
  return ends;
}

// When each step has to be done at the latest for the whole to end at `total`.
std::vector<std::int64_t> latest_ends(const std::vector<Step>& steps, const Graph& graph, std::int64_t total) {
  std::vector<std::int64_t> ends(steps.size(), total);
  for (auto i = graph.order.rbegin(); i != graph.order.rend(); ++i)
    for (const std::size_t downstream : graph.behind[*i])
      ends[*i] = std::min(ends[*i], ends[downstream] - steps[downstream].ms);
  return ends;
}

}  // namespace

CriticalPath critical_path(const std::vector<Step>& steps) {
  const Graph graph = graph_of(steps);
  const std::vector<std::int64_t> earliest = earliest_ends(steps, graph);
  CriticalPath path;
  std::size_t last = steps.size();
  for (std::size_t i = 0; i < steps.size(); ++i)
    if (steps[i].ms > 0 && earliest[i] > path.ms) {
      path.ms = earliest[i];
      last = i;
    }

  const std::vector<std::int64_t> latest = latest_ends(steps, graph, path.ms);
  path.slack_ms.resize(steps.size());
  for (std::size_t i = 0; i < steps.size(); ++i) path.slack_ms[i] = std::max<std::int64_t>(0, latest[i] - earliest[i]);

  while (last < steps.size()) {
    if (steps[last].ms > 0) path.steps.push_back(last);
    const std::int64_t start = earliest[last] - steps[last].ms;
    if (start <= 0) break;
    const auto& before = graph.before[last];
    const auto waited_for =
        std::find_if(before.begin(), before.end(), [&](std::size_t upstream) { return earliest[upstream] == start; });
    if (waited_for == before.end()) break;
    last = *waited_for;
  }
  std::reverse(path.steps.begin(), path.steps.end());
  return path;
}

}  // namespace brickwork::runs
