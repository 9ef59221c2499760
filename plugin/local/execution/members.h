#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <string>
#include <string_view>

namespace brickwork::local {

// Members of settings and of messages whose writer nobody checked: what is missing or of another type is empty.
inline const boost::json::object& object_or_empty(const boost::json::object& from, std::string_view name) {
  static const boost::json::object empty;
  const boost::json::value* value = from.if_contains(name);
  return value != nullptr && value->is_object() ? value->get_object() : empty;
}

inline const boost::json::array& array_or_empty(const boost::json::object& from, std::string_view name) {
  static const boost::json::array empty;
  const boost::json::value* value = from.if_contains(name);
  return value != nullptr && value->is_array() ? value->get_array() : empty;
}

inline std::string text_or_empty(const boost::json::object& from, std::string_view name) {
  const boost::json::value* value = from.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

// A string as it is, everything else as JSON.
inline std::string text_of(const boost::json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : boost::json::serialize(value);
}

}  // namespace brickwork::local
