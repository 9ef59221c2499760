#pragma once

#include <boost/json.hpp>

#include "group/compile.h"
#include "group/findings.h"

namespace brickwork::group {

// `policy` of the document; what is wrong in it is reported and stays at its default.
Policy read_policy(const boost::json::object& job, Findings& findings);

}  // namespace brickwork::group
