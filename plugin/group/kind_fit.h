#pragma once

#include <boost/json.hpp>

#include "group/findings.h"
#include "group/kinds.h"

namespace brickwork::group {

// Members of a task that its kind has no use for. They are passed on, and so these are warnings.
void check_fit(const boost::json::object& task, const Kind& kind, const Place& place, Findings& findings);

}  // namespace brickwork::group
