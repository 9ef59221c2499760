#include "group/merging.h"

#include <algorithm>

namespace brickwork::group {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostLibraries = 100;

std::size_t common_end(const json::array& left, const json::array& right) {
  std::size_t length = 0;
  while (length < left.size() && length < right.size() &&
         left[left.size() - 1 - length] == right[right.size() - 1 - length])
    ++length;
  return length;
}

json::array part_of(const json::array& array, std::size_t begin, std::size_t end) {
  json::array part;
  part.reserve(end - begin);
  for (std::size_t i = begin; i < end; ++i) part.push_back(array[i]);
  return part;
}

std::optional<json::value> taken_out_of_object(const json::object& whole, const json::object& part) {
  json::object own;
  for (const auto& [name, value] : part) {
    if (!whole.contains(name)) return std::nullopt;
  }
  for (const auto& [name, value] : whole) {
    const json::value* inherited = part.if_contains(name);
    if (inherited != nullptr && *inherited == value) continue;
    if (inherited == nullptr || !inherited->is_object() || !value.is_object()) {
      own.emplace(name, value);
      continue;
    }
    std::optional<json::value> inner = taken_out_of_object(value.get_object(), inherited->get_object());
    if (!inner) return std::nullopt;
    own.emplace(name, std::move(*inner));
  }
  return own;
}

json::object common_members(const json::object& left, const json::object& right) {
  json::object common;
  for (const auto& [name, value] : left) {
    const json::value* other = right.if_contains(name);
    if (other == nullptr) continue;
    if (*other == value) {
      common.emplace(name, value);
    } else if (value.is_object() && other->is_object()) {
      json::object inner = common_members(value.get_object(), other->get_object());
      if (!inner.empty()) common.emplace(name, std::move(inner));
    }
  }
  return common;
}

}  // namespace

void merge_deep(json::object& own, const json::object& inherited) {
  for (const auto& [name, value] : inherited) {
    json::value* here = own.if_contains(name);
    if (here == nullptr) {
      own.emplace(name, value);
    } else if (here->is_object() && value.is_object()) {
      merge_deep(here->get_object(), value.get_object());
    }
  }
}

std::optional<json::value> taken_out(const json::value& whole, const json::value& part) {
  if (whole.is_object()) {
    // Nothing cannot be merged with nothing to say that it is there.
    if (is_nothing(whole) && is_nothing(part)) return json::object();
    return taken_out_of_object(whole.get_object(), part.get_object());
  }
  const json::array& array = whole.get_array();
  if (common_end(array, part.get_array()) != part.get_array().size()) return std::nullopt;
  return part_of(array, 0, array.size() - part.get_array().size());
}

json::value put_together(const json::value& own, const json::value& inherited) {
  json::value together = own;
  if (json::object* object = together.if_object()) {
    merge_deep(*object, inherited.get_object());
  } else {
    json::array& array = together.get_array();
    array.insert(array.end(), inherited.get_array().begin(), inherited.get_array().end());
  }
  return together;
}

json::value common_part(const json::value& left, const json::value& right) {
  if (left.is_object()) return common_members(left.get_object(), right.get_object());
  const json::array& array = left.get_array();
  return part_of(array, array.size() - common_end(array, right.get_array()), array.size());
}

bool is_nothing(const json::value& value) {
  return value.is_object() ? value.get_object().empty() : value.get_array().empty();
}

bool can_be_merged(const json::value& value) {
  if (value.is_object()) return true;
  const json::array* array = value.if_array();
  if (array == nullptr || array->size() > kMostLibraries) return false;
  for (auto one = array->begin(); one != array->end(); ++one) {
    if (std::find(array->begin(), one, *one) != one) return false;
  }
  return true;
}

}  // namespace brickwork::group
