#pragma once

#include <boost/json.hpp>
#include <memory>

#include "group/tree.h"

namespace brickwork::group {

// Every job_cluster_key and environment_key of tasks and defaults against what the job declares.
class ComputeKeys {
 public:
  explicit ComputeKeys(const boost::json::object& job);
  ~ComputeKeys();

  // Of one task, while it is read.
  void check(const TaskNode& task, const TaskChoices& choices, const Place& place, Findings& findings);

  // When all tasks were: the defaults, and what nobody names.
  void check_rest(const Tree& tree, Findings& findings);

 private:
  class Declared;

  std::unique_ptr<Declared> clusters_;
  std::unique_ptr<Declared> environments_;
};

}  // namespace brickwork::group
