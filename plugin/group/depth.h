#pragma once

#include <boost/json.hpp>
#include <cstddef>

#include "group/findings.h"

namespace brickwork::group {

// Values nested deeper than anything here or at Databricks reads.
inline constexpr std::size_t kMaxJsonDepth = 300;

// Whether something inside the value lies deeper than that. `around`: how many values it is in itself.
bool is_too_deep(const boost::json::value& value, std::size_t around);

void report_depth(Findings& findings);

}  // namespace brickwork::group
