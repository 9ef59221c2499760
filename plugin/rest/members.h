#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

namespace brickwork {

// Members of documents that somebody else wrote: absent, null and the wrong type are all "not there".

inline std::string text_at(const boost::json::object& members, std::string_view name) {
  const boost::json::value* value = members.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

// Never destroyed: an operation may end after static destructors ran.
inline const boost::json::object& object_or_none(const boost::json::value& value) {
  static const boost::json::object& none = *new boost::json::object;
  return value.is_object() ? value.get_object() : none;
}

inline const boost::json::array& array_at(const boost::json::object& members, std::string_view name) {
  static const boost::json::array& none = *new boost::json::array;
  const boost::json::value* value = members.if_contains(name);
  return value && value->is_array() ? value->get_array() : none;
}

}  // namespace brickwork
