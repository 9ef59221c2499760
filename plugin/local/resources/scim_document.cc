#include "local/resources/scim_document.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <regex>
#include <set>
#include <sstream>

#include "local/fields.h"
#include "local/http_text.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

// SCIM's attribute names do not tell upper from lower case.
json::value* member_of(json::object& document, std::string_view name) {
  for (auto& member : document)
    if (lower_case(member.key()) == lower_case(name)) return &member.value();
  return nullptr;
}

std::string plain_text(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

struct Path {
  std::string attribute;
  std::string selected;  // of members[value eq "7"]: 7
  std::string inner;     // of name.familyName: familyName
};

Path parsed_path(const std::string& text) {
  static const std::regex form(R"x(^(?:urn:[\w:.]+:)?([\w$-]+)(?:\[\s*value\s+eq\s+"([^"]*)"\s*\])?(?:\.([\w$-]+))?$)x",
                               std::regex::icase);
  std::smatch match;
  if (text.size() > 500 || !std::regex_match(text, match, form))
    throw ScimError(400, "Invalid path in a patch operation: " + text.substr(0, 500), "invalidPath");
  return {match[1], match[2], match[3]};
}

bool is_entry(const json::value& entry, const std::string& value) {
  const json::object* object = entry.if_object();
  const json::value* found = object == nullptr ? nullptr : object->if_contains("value");
  return found != nullptr && plain_text(*found) == value;
}

void add_entries(json::array& list, const json::value& value) {
  const json::array added = value.is_array() ? value.get_array() : json::array{value};
  for (const json::value& entry : added)
    if (std::find(list.begin(), list.end(), entry) == list.end()) list.push_back(entry);
}

void remove_entries(json::array& list, const std::set<std::string>& values) {
  json::array kept;
  for (const json::value& entry : list)
    if (std::none_of(values.begin(), values.end(), [&](const auto& value) { return is_entry(entry, value); }))
      kept.push_back(entry);
  list = std::move(kept);
}

void set_value(json::object& document, const Path& path, const json::value& value, bool add) {
  json::value* present = member_of(document, path.attribute);
  if (!path.inner.empty()) {
    if (present == nullptr || !present->is_object()) present = &(document[path.attribute] = json::object{});
    present->get_object()[path.inner] = value;
  } else if (add && present != nullptr && present->is_array()) {
    add_entries(present->get_array(), value);
  } else if (present != nullptr) {
    *present = value;
  } else {
    document[path.attribute] = value;
  }
}

void remove_value(json::object& document, const Path& path, const json::value* value) {
  json::value* present = member_of(document, path.attribute);
  if (present == nullptr) return;
  std::set<std::string> values;
  if (!path.selected.empty()) values.insert(path.selected);
  if (value != nullptr && value->is_array())
    for (const json::value& entry : value->get_array())
      if (const json::object* object = entry.if_object(); object != nullptr && object->contains("value"))
        values.insert(plain_text(object->at("value")));
  if (!values.empty() && present->is_array()) return remove_entries(present->get_array(), values);
  if (!path.inner.empty() && present->is_object()) {
    present->get_object().erase(path.inner);
    return;
  }
  for (auto member = document.begin(); member != document.end(); ++member)
    if (lower_case(member->key()) == lower_case(path.attribute)) {
      document.erase(member);
      return;
    }
}

std::set<std::string> names_in(const std::string& list) {
  std::set<std::string> found;
  std::istringstream names(list);
  for (std::string name; std::getline(names, name, ',');) {
    name.erase(0, name.find_first_not_of(' '));
    found.insert(lower_case(name.substr(0, name.find_first_of(". "))));
  }
  return found;
}

}  // namespace

void apply_operation(json::object& document, const json::object& operation) {
  const std::string op = lower_case(required_text(operation, "op"));
  const std::string path = text_field(operation, "path").value_or("");
  const json::value* value = operation.if_contains("value");
  if (op != "add" && op != "replace" && op != "remove")
    throw ScimError(400, "The op of a patch operation is one of add, replace and remove, not " + op, "invalidSyntax");
  if (op == "remove") {
    if (path.empty()) throw ScimError(400, "A remove operation needs a path", "noTarget");
    return remove_value(document, parsed_path(path), value);
  }
  if (value == nullptr) throw ScimError(400, "An " + op + " operation needs a value", "invalidValue");
  if (!path.empty()) return set_value(document, parsed_path(path), *value, op == "add");
  if (!value->is_object()) throw ScimError(400, "Without a path the value must be an object", "invalidValue");
  for (const auto& member : value->get_object())
    set_value(document, {.attribute = std::string(member.key())}, member.value(), op == "add");
}

json::object with_attributes(const json::object& document, const std::string& attributes, const std::string& excluded) {
  const std::set<std::string> wanted = names_in(attributes);
  const std::set<std::string> unwanted = names_in(excluded);
  json::object shown;
  for (const auto& member : document) {
    const std::string name = lower_case(member.key());
    const bool is_always_shown = name == "id" || name == "schemas";
    if (is_always_shown || ((wanted.empty() || wanted.contains(name)) && !unwanted.contains(name)))
      shown[member.key()] = member.value();
  }
  return shown;
}

}  // namespace brickwork::local
