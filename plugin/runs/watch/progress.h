#pragma once

#include <boost/json.hpp>
#include <functional>
#include <memory>
#include <string>

namespace brickwork::runs {

// A document as its receiver keeps it. A watch that is parked works from the same text: a hundred thousand states are
// not kept twice.
using Told = std::shared_ptr<const std::string>;

// The latest document of an operation, replaced by the next one; what changed since the last is the receiver's affair.
// Null: the receiver keeps nothing that could be read again.
using Progress = std::function<Told(boost::json::object)>;

}  // namespace brickwork::runs
