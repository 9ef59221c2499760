#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "group/compile.h"
#include "group/defaults.h"
#include "group/tree.h"

namespace brickwork::group {

// `launch.task_parameters`: values of one launch for single tasks. run-now has no place for them, so each becomes a job
// parameter of its own: the task refers to it, its default is what the task had, and the value goes with the run. The
// settings know the names and never the values, and so stay the same from launch to launch.
class LaunchValues {
 public:
  LaunchValues() = default;  // none
  // `tasks` has their keys; `defaults` is null when the tree has no order, and then only names are checked.
  LaunchValues(const Tree& tree, std::span<const CompiledTask> tasks, const Defaults* defaults, Findings& findings);

  bool empty() const { return list_.empty(); }

  // Puts the references into a task that is finished but for them, and declares their job parameters.
  void apply(std::uint32_t task, boost::json::object& object, boost::json::array& job_parameters) const;

  // The values by job parameter.
  boost::json::object run_parameters() const;

 private:
  struct Entry {
    std::uint32_t task = 0;
    std::string path;  // as written
    std::string name;  // of the task's parameter: a key, or its position in a list
    std::string value;
    std::string job_parameter;
    bool is_declared = false;  // the task refers to it already, as in settings that were compiled before
  };

  class Reader;

  std::vector<Entry> list_;  // by task, then by name
};

}  // namespace brickwork::group
