#include "local/sql/alert_condition.h"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <charconv>
#include <optional>

#include "local/api_error.h"
#include "local/execution/members.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

std::optional<double> number_in(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

std::string threshold_of(const json::object& condition) {
  const json::object& value = object_or_empty(object_or_empty(condition, "threshold"), "value");
  for (const char* name : {"double_value", "string_value", "bool_value"})
    if (const json::value* found = value.if_contains(name)) return text_of(*found);
  return "";
}

// As numbers when both are, or else as texts.
int compare(const std::string& left, const std::string& right) {
  const auto a = number_in(left);
  const auto b = number_in(right);
  if (a && b) return *a < *b ? -1 : *a > *b ? 1 : 0;
  return left.compare(right);
}

bool holds(const std::string& op, const std::string& cell, const std::string& threshold) {
  const int order = compare(cell, threshold);
  if (op == "EQUAL") return order == 0;
  if (op == "NOT_EQUAL") return order != 0;
  if (op == "GREATER_THAN") return order > 0;
  if (op == "GREATER_THAN_OR_EQUAL") return order >= 0;
  if (op == "LESS_THAN") return order < 0;
  if (op == "LESS_THAN_OR_EQUAL") return order <= 0;
  throw invalid_parameter("The condition of the alert has no operator '" + op + "'.");
}

}  // namespace

std::string alert_state(const json::object& condition, const json::object& schema, const std::string& rows) {
  const std::string wanted = text_or_empty(object_or_empty(object_or_empty(condition, "operand"), "column"), "name");
  const json::array& columns = schema.at("columns").as_array();
  std::size_t column = 0;
  while (column < columns.size() && text_or_empty(columns[column].as_object(), "name") != wanted) ++column;
  if (column == columns.size())
    throw invalid_parameter("The query of the alert has no column '" + wanted + "', which its condition names.");
  const json::value parsed = json::parse(rows);
  if (parsed.as_array().empty()) {
    const std::string state = text_or_empty(condition, "empty_result_state");
    return state.empty() ? "UNKNOWN" : state;
  }
  const json::value& cell = parsed.as_array()[0].as_array()[column];
  const std::string op = text_or_empty(condition, "op");
  if (op == "IS_NULL") return cell.is_null() ? "TRIGGERED" : "OK";
  if (cell.is_null()) return "UNKNOWN";
  return holds(op, text_of(cell), threshold_of(condition)) ? "TRIGGERED" : "OK";
}

}  // namespace brickwork::local
