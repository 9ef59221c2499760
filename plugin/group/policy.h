#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "group/compile.h"
#include "group/findings.h"

namespace brickwork::group {

// `policy` of the document; what is wrong in it is reported and stays at its default.
Policy read_policy(const boost::json::object& job, Findings& findings);

// What is wrong with a launch key, to be put behind its name; empty when nothing is. One that comes beside the group is
// held to the same rule.
std::string wrong_with_launch_key(std::string_view key);

}  // namespace brickwork::group
