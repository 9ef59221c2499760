#include "local/resources/compute/setting_path.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <optional>

namespace brickwork::local {
namespace {

namespace json = boost::json;

bool is_map(std::string_view name) { return name == "spark_conf" || name == "spark_env_vars" || name == "custom_tags"; }

std::optional<std::size_t> number_of(const std::string& name) {
  std::size_t number = 0;
  const auto end = name.data() + name.size();
  if (std::from_chars(name.data(), end, number).ptr != end) return std::nullopt;
  return number;
}

// The entries of `value` that `name` means.
void add_entries(const json::value& value, const std::string& name, std::vector<const json::value*>& found) {
  if (const json::object* object = value.if_object()) {
    const json::value* member = object->if_contains(name);
    if (member != nullptr && !member->is_null()) found.push_back(member);
  } else if (const json::array* array = value.if_array()) {
    const auto number = number_of(name);
    for (std::size_t i = 0; i < array->size(); ++i)
      if (name == "*" || number == i) found.push_back(&(*array)[i]);
  }
}

}  // namespace

SettingPath::SettingPath(std::string_view text) : text_(text) {
  while (true) {
    const std::size_t dot = text.find('.');
    names_.emplace_back(text.substr(0, dot));
    if (dot == std::string_view::npos) return;
    text.remove_prefix(dot + 1);
    if (names_.size() == 1 && is_map(names_.front())) {
      names_.emplace_back(text);
      return;
    }
  }
}

bool SettingPath::is_of_every_entry() const { return std::ranges::find(names_, "*") != names_.end(); }

std::vector<const json::value*> SettingPath::find(const json::object& spec) const {
  const json::value* top = spec.if_contains(names_.front());
  std::vector<const json::value*> found;
  if (top != nullptr && !top->is_null()) found.push_back(top);
  for (std::size_t i = 1; i < names_.size(); ++i) {
    std::vector<const json::value*> deeper;
    for (const json::value* value : found) add_entries(*value, names_[i], deeper);
    found = std::move(deeper);
  }
  return found;
}

void SettingPath::set(json::object& spec, const json::value& value) const {
  if (is_of_every_entry()) return;
  json::value* place = &spec[names_.front()];
  for (std::size_t i = 1; i < names_.size(); ++i) {
    const auto number = number_of(names_[i]);
    if (place->is_null()) *place = number ? json::value(json::array()) : json::value(json::object());
    if (json::object* object = place->if_object()) {
      place = &(*object)[names_[i]];
    } else if (json::array* array = place->if_array(); array != nullptr && number && *number <= array->size()) {
      if (*number == array->size()) array->emplace_back(nullptr);
      place = &(*array)[*number];
    } else {
      return;
    }
  }
  *place = value;
}

std::string setting_text(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

}  // namespace brickwork::local
