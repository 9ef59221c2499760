#pragma once

#include <boost/json.hpp>

#include "group/findings.h"

namespace brickwork::group {

// One `for_each_task`: what it goes through, and the task that it repeats.
void check_for_each(const boost::json::object& for_each, const Place& place, Findings& findings);

}  // namespace brickwork::group
