#pragma once

#include <boost/json/object.hpp>
#include <string>

namespace brickwork::local {

// OK, TRIGGERED or UNKNOWN: what an alert's condition says about the first row of its query's result. `rows` is a
// JSON_ARRAY of them.
std::string alert_state(const boost::json::object& condition, const boost::json::object& schema,
                        const std::string& rows);

}  // namespace brickwork::local
