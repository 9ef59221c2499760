#include "local/jobs/condition.h"

#include <charconv>
#include <string>

#include "local/jobs/references.h"

namespace brickwork::local {
namespace {

std::string operand(const boost::json::object& condition, std::string_view side) {
  const boost::json::value* value = condition.if_contains(side);
  return value == nullptr ? "" : reference_text(*value);
}

double number(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    throw ConditionError("The operand '" + text + "' of the condition is not a number");
  return value;
}

}  // namespace

bool evaluate_condition(const boost::json::object& condition_task) {
  const std::string op = operand(condition_task, "op");
  const std::string left = operand(condition_task, "left");
  const std::string right = operand(condition_task, "right");
  if (op == "EQUAL_TO") return left == right;
  if (op == "NOT_EQUAL") return left != right;
  if (op == "GREATER_THAN") return number(left) > number(right);
  if (op == "GREATER_THAN_OR_EQUAL") return number(left) >= number(right);
  if (op == "LESS_THAN") return number(left) < number(right);
  if (op == "LESS_THAN_OR_EQUAL") return number(left) <= number(right);
  throw ConditionError("Unknown operator " + op);
}

}  // namespace brickwork::local
