#pragma once

#include <boost/json/object.hpp>
#include <stdexcept>

namespace brickwork::local {

// EQUAL_TO and NOT_EQUAL compare text ("12.0" is not "12"), the others numbers: what is not one fails the task.
class ConditionError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

bool evaluate_condition(const boost::json::object& condition_task);

}  // namespace brickwork::local
