#pragma once

#include <boost/json.hpp>
#include <functional>

namespace brickwork::runs {

// The latest document of an operation, replaced by the next one; what changed since the last is the receiver's affair.
using Progress = std::function<void(boost::json::object)>;

}  // namespace brickwork::runs
