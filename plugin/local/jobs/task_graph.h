#pragma once

#include <boost/json/object.hpp>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace brickwork::local {

// Who depends on whom in a job's settings.
class TaskGraph {
 public:
  explicit TaskGraph(const boost::json::object& settings);

  bool contains(std::string_view task_key) const { return upstream_.contains(task_key); }
  // Without the given ones, unless one is above or below another.
  std::set<std::string> all_upstream(const std::set<std::string>& of) const { return reach(upstream_, of); }
  std::set<std::string> all_downstream(const std::set<std::string>& of) const { return reach(downstream_, of); }
  // The keys of a cycle in order, if there is one.
  std::optional<std::vector<std::string>> cycle() const;

 private:
  using Edges = std::map<std::string, std::vector<std::string>, std::less<>>;
  static std::set<std::string> reach(const Edges& edges, const std::set<std::string>& from);

  Edges upstream_;
  Edges downstream_;
};

}  // namespace brickwork::local
