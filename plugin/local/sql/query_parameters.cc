#include "local/sql/query_parameters.h"

#include <regex>

#include "local/execution/members.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

json::object own_value(const json::object& parameter) {
  json::object bound{{"name", text_or_empty(parameter, "name")}};
  if (const json::value* number = object_or_empty(parameter, "numeric_value").if_contains("value")) {
    bound["value"] = text_of(*number);
    bound["type"] = "DOUBLE";
  } else if (parameter.contains("date_value")) {
    const json::object& date = object_or_empty(parameter, "date_value");
    const std::string text = text_or_empty(date, "date_value");
    bound["value"] = text;
    bound["type"] = text.size() > 10 ? "TIMESTAMP" : "DATE";
  } else if (parameter.contains("enum_value")) {
    const json::value* values = object_or_empty(parameter, "enum_value").if_contains("values");
    if (values != nullptr && values->is_array() && !values->get_array().empty())
      bound["value"] = text_of(values->get_array()[0]);
  } else {
    bound["value"] = text_or_empty(object_or_empty(parameter, "text_value"), "value");
  }
  return bound;
}

}  // namespace

json::array query_parameters(const json::object& query, const json::object& given) {
  json::array bound;
  json::object rest = given;
  if (const json::value* own = query.if_contains("parameters"); own != nullptr && own->is_array()) {
    for (const json::value& each : own->get_array()) {
      if (!each.is_object()) continue;
      json::object parameter = own_value(each.get_object());
      const std::string name = text_of(parameter.at("name"));
      if (const json::value* value = rest.if_contains(name)) {
        parameter["value"] = *value;
        rest.erase(name);
      }
      bound.push_back(std::move(parameter));
    }
  }
  for (const auto& [name, value] : rest) bound.push_back(json::object{{"name", name}, {"value", value}});
  return bound;
}

std::string with_old_style_parameters(const std::string& text, const json::array& parameters) {
  static const std::regex marker(R"(\{\{\s*([^{}\s]+)\s*\}\})");
  std::string result;
  auto rest = text.cbegin();
  for (std::sregex_iterator match(text.begin(), text.end(), marker), end; match != end; ++match) {
    result.append(rest, text.cbegin() + match->position());
    rest = text.cbegin() + match->position() + match->length();
    std::string value = match->str();
    for (const json::value& each : parameters)
      if (text_or_empty(each.as_object(), "name") == (*match)[1].str())
        value = text_or_empty(each.as_object(), "value");
    result += value;
  }
  return result.append(rest, text.cend());
}

}  // namespace brickwork::local
