#pragma once

#include <boost/json.hpp>

#include "group/findings.h"

namespace brickwork::group {

// What is certainly wrong with the members that hold for the whole job: names, limits, clusters, parameters.
void check_job(const boost::json::object& job, Findings& findings);

}  // namespace brickwork::group
