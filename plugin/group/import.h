#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "engine/status.h"

namespace brickwork::group {

struct Imported {
  boost::json::object group;      // group/1
  std::string digest;             // of the settings, and of what the group compiles to
  std::vector<Finding> findings;  // warnings about the settings
};

// The settings of a job as a group that compiles back to them: nested by its keys, with what tasks have in common said
// once. Groups stand together, so tasks between those of one group move behind it; nothing else differs from the
// settings, and that is checked before it is answered. What is no job settings is refused with every finding.
Result<Imported> import_settings(boost::json::value&& settings);

}  // namespace brickwork::group
