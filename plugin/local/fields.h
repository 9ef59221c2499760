#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace brickwork::local {

// Members of a request. A missing or null member is nullopt; numbers and flags are also accepted as strings, because
// clients send ids as text and every value of a query is text. The wrong type is MALFORMED_REQUEST.
std::optional<std::int64_t> integer_field(const boost::json::object& from, std::string_view name);
std::optional<std::string> text_field(const boost::json::object& from, std::string_view name);
std::optional<bool> flag_field(const boost::json::object& from, std::string_view name);
const boost::json::object* object_field(const boost::json::object& from, std::string_view name);
const boost::json::array* array_field(const boost::json::object& from, std::string_view name);

// "Missing required field: <name>" when there is none.
std::int64_t required_integer(const boost::json::object& from, std::string_view name);
std::string required_text(const boost::json::object& from, std::string_view name);

}  // namespace brickwork::local
