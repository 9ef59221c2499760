#include "local/jobs/task_graph.h"

#include <algorithm>

#include "local/fields.h"

namespace brickwork::local {

TaskGraph::TaskGraph(const boost::json::object& settings) {
  const boost::json::array* tasks = array_field(settings, "tasks");
  if (tasks == nullptr) return;
  for (const boost::json::value& entry : *tasks) upstream_[required_text(entry.as_object(), "task_key")];
  for (const boost::json::value& entry : *tasks) {
    const std::string key = required_text(entry.as_object(), "task_key");
    const boost::json::array* depends_on = array_field(entry.as_object(), "depends_on");
    if (depends_on == nullptr) continue;
    for (const boost::json::value& dependency : *depends_on) {
      const std::string upstream = required_text(dependency.as_object(), "task_key");
      upstream_[key].push_back(upstream);
      downstream_[upstream].push_back(key);
    }
  }
}

std::set<std::string> TaskGraph::reach(const Edges& edges, const std::set<std::string>& from) {
  std::set<std::string> reached;
  std::vector<std::string> to_visit(from.begin(), from.end());
  while (!to_visit.empty()) {
    const auto found = edges.find(to_visit.back());
    to_visit.pop_back();
    if (found == edges.end()) continue;
    for (const std::string& key : found->second)
      if (reached.insert(key).second) to_visit.push_back(key);
  }
  return reached;
}

// Takes away tasks that wait for nothing until none is left; what is left then goes in circles.
std::optional<std::vector<std::string>> TaskGraph::cycle() const {
  std::map<std::string, std::size_t> waiting_for;
  std::vector<std::string> free;
  for (const auto& [key, upstream] : upstream_) {
    waiting_for[key] = upstream.size();
    if (upstream.empty()) free.push_back(key);
  }
  while (!free.empty()) {
    const std::string key = std::move(free.back());
    free.pop_back();
    waiting_for.erase(key);
    const auto below = downstream_.find(key);
    if (below == downstream_.end()) continue;
    for (const std::string& next : below->second)
      if (--waiting_for[next] == 0) free.push_back(next);
  }
  if (waiting_for.empty()) return std::nullopt;
  std::vector<std::string> path{waiting_for.begin()->first};
  while (true) {
    for (const std::string& upstream : upstream_.find(path.back())->second) {
      if (!waiting_for.contains(upstream)) continue;
      path.push_back(upstream);
      break;
    }
    const auto first = std::find(path.begin(), path.end() - 1, path.back());
    if (first != path.end() - 1) return std::vector<std::string>(first, path.end());
  }
}

}  // namespace brickwork::local
