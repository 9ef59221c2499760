#include "local/fields.h"

#include <boost/json/value.hpp>
#include <charconv>
#include <cmath>

#include "local/api_error.h"

namespace brickwork::local {
namespace {

const boost::json::value* present(const boost::json::object& from, std::string_view name) {
  const boost::json::value* value = from.if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

[[noreturn]] void wrong_type(std::string_view name, std::string_view expected) {
  throw malformed_request("Expected " + std::string(expected) + " for field " + std::string(name) + ".");
}

[[noreturn]] void missing(std::string_view name) {
  throw invalid_parameter("Missing required field: " + std::string(name));
}

}  // namespace

std::optional<std::int64_t> integer_field(const boost::json::object& from, std::string_view name) {
  const boost::json::value* value = present(from, name);
  if (value == nullptr) return std::nullopt;
  if (value->is_int64()) return value->get_int64();
  if (value->is_string()) {
    const boost::json::string& text = value->get_string();
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size()) return number;
  }
  // A client that keeps numbers as doubles writes 5 as 5.0; beyond 2^53 it no longer knows which number it means.
  if (value->is_double() && std::abs(value->get_double()) <= 9007199254740992.0 &&
      std::trunc(value->get_double()) == value->get_double())
    return static_cast<std::int64_t>(value->get_double());
  wrong_type(name, "a number");
}

std::optional<std::string> text_field(const boost::json::object& from, std::string_view name) {
  const boost::json::value* value = present(from, name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) wrong_type(name, "a string");
  return std::string(value->get_string());
}

std::optional<bool> flag_field(const boost::json::object& from, std::string_view name) {
  const boost::json::value* value = present(from, name);
  if (value == nullptr) return std::nullopt;
  if (value->is_bool()) return value->get_bool();
  // "True" is what Python clients write into queries and forms.
  if (value->is_string() && (value->get_string() == "true" || value->get_string() == "True")) return true;
  if (value->is_string() && (value->get_string() == "false" || value->get_string() == "False")) return false;
  wrong_type(name, "a boolean");
}

const boost::json::object* object_field(const boost::json::object& from, std::string_view name) {
  const boost::json::value* value = present(from, name);
  if (value == nullptr) return nullptr;
  if (!value->is_object()) wrong_type(name, "an object");
  return &value->get_object();
}

const boost::json::array* array_field(const boost::json::object& from, std::string_view name) {
  const boost::json::value* value = present(from, name);
  if (value == nullptr) return nullptr;
  if (!value->is_array()) wrong_type(name, "an array");
  return &value->get_array();
}

std::int64_t required_integer(const boost::json::object& from, std::string_view name) {
  const std::optional<std::int64_t> value = integer_field(from, name);
  if (!value) missing(name);
  return *value;
}

std::string required_text(const boost::json::object& from, std::string_view name) {
  std::optional<std::string> value = text_field(from, name);
  if (!value) missing(name);
  return std::move(*value);
}

}  // namespace brickwork::local
