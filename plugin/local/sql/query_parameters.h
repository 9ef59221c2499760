#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>

namespace brickwork::local {

// The parameters of a saved query with its own values, over which those of `given` (name -> text) are laid, as a
// statement takes them: {"name", "value", "type"}.
boost::json::array query_parameters(const boost::json::object& query, const boost::json::object& given);

// {{ name }} is put into the text, as queries wrote parameters before there were named markers.
std::string with_old_style_parameters(const std::string& text, const boost::json::array& parameters);

}  // namespace brickwork::local
