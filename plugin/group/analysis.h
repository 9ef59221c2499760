#pragma once

#include <boost/json.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "group/compile.h"
#include "group/defaults.h"
#include "group/dependencies.h"
#include "group/launch_values.h"
#include "group/tree.h"

namespace brickwork::group {

// All that is known of a document after it was read once. Points into the document, which must outlive it unchanged.
struct Analysis {
  std::optional<Tree> tree;                  // empty when the document is no object
  std::optional<Defaults> defaults;          // empty when there are more tasks than are compiled
  std::optional<Dependencies> dependencies;  // empty then, and when the tree has a cycle
  std::vector<CompiledTask> tasks;
  LaunchValues launch_values;
  Policy policy;
  bool is_airflow = false;
};

Analysis analyse(const boost::json::value& document, Findings& findings);

}  // namespace brickwork::group
