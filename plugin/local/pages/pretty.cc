#include "local/pages/pretty.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace brickwork::local::pages {

std::string pretty(const boost::json::value& document, int level) {
  const bool is_object = document.is_object() && !document.get_object().empty();
  const bool is_array = document.is_array() && !document.get_array().empty();
  if (!is_object && !is_array) return boost::json::serialize(document);
  const std::string indent(static_cast<std::size_t>(2 * level + 2), ' ');
  std::string text(1, is_object ? '{' : '[');
  const char* separator = "\n";
  const auto add = [&](const std::string& entry) {
    text.append(separator).append(indent).append(entry);
    separator = ",\n";
  };
  if (is_object)
    for (const auto& member : document.get_object())
      add(boost::json::serialize(member.key()) + ": " + pretty(member.value(), level + 1));
  else
    for (const boost::json::value& entry : document.get_array()) add(pretty(entry, level + 1));
  text.append("\n").append(indent.substr(2)).append(is_object ? "}" : "]");
  return text;
}

}  // namespace brickwork::local::pages
