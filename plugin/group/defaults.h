#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <deque>
#include <vector>

#include "group/tree.h"

namespace brickwork::group {

inline constexpr std::size_t kMaxInheritedBytes = 10'000'000;  // Databricks takes no larger request

// The defaults that hold in each group: its own and those of the groups around it, put together once for all of its
// tasks. What is inherited without end (megabytes of defaults for each of a thousand tasks) is reported.
class Defaults {
 public:
  // Whose notebook_params hold where both have them. kGroup is the Airflow dialect's, in which the parameters and
  // libraries of a group are those of notebook operators alone.
  enum class Precedence : std::uint8_t { kNearest, kGroup };

  Defaults(const Tree& tree, Findings& findings, Precedence precedence = Precedence::kNearest);

  // Gives a task of that group what it does not say itself. `has_dependencies`: a run_if means nothing without any.
  void apply(std::uint32_t group, boost::json::object& task, const Kind* kind, bool has_dependencies) const;

  // All that is inherited in a group, or null.
  const boost::json::object* of(std::uint32_t group) const { return of_group_[group]; }

  // Of tasks that have a dependency, or null.
  const boost::json::string* run_if(std::uint32_t group) const;

 private:
  void check_parameter_sizes(const Tree& tree, Findings& findings) const;

  std::deque<boost::json::object> merged_;  // one for each group that has defaults of its own
  Precedence precedence_;
  std::vector<const boost::json::object*> of_group_;  // null: nothing is inherited there
};

}  // namespace brickwork::group
