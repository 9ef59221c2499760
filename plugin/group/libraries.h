#pragma once

#include <boost/json.hpp>

#include "group/findings.h"

namespace brickwork::group {

// The `libraries` of one task or of defaults: each entry is one library of one sort.
void check_libraries(const boost::json::array& libraries, const Place& place, Findings& findings);

// A library of the task that its defaults have in another version: both would be installed on the same cluster. An
// equal one is no conflict, it is installed once.
void check_library_levels(const boost::json::array& own, const boost::json::array& inherited, const Place& place,
                          Findings& findings);

}  // namespace brickwork::group
