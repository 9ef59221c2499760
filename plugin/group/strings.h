#pragma once

#include <boost/json.hpp>
#include <string_view>

#include "group/place.h"

namespace brickwork::group {

// Calls visit(name, text, place) for every string inside `value`, in the order of the text; `name` is the member that
// holds it, or the one that holds its array. The depth was bounded when the document was read.
template <class Visit>
void for_each_string(const boost::json::value& value, std::string_view name, const Place& place, const Visit& visit) {
  if (const boost::json::string* text = value.if_string()) {
    visit(name, std::string_view(*text), place);
  } else if (const boost::json::object* object = value.if_object()) {
    for (const auto& [member, inner] : *object) for_each_string(inner, member, Place(place, member), visit);
  } else if (const boost::json::array* array = value.if_array()) {
    for (std::size_t i = 0; i < array->size(); ++i) for_each_string((*array)[i], name, Place(place, i), visit);
  }
}

}  // namespace brickwork::group
