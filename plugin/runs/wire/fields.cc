#include "runs/wire/fields.h"

#include <charconv>
#include <limits>

namespace brickwork::runs {
namespace {

const json::value* member(const Object& object, std::string_view name) { return object.if_contains(name); }

}  // namespace

std::string_view text(const Object& object, std::string_view name) {
  const json::value* value = member(object, name);
  if (value == nullptr || !value->is_string()) return {};
  return value->get_string();
}

std::optional<std::int64_t> whole_number(const Object& object, std::string_view name) {
  const json::value* value = member(object, name);
  if (value == nullptr) return std::nullopt;
  if (value->is_int64()) return value->get_int64();
  if (value->is_uint64() && value->get_uint64() <= std::numeric_limits<std::int64_t>::max())
    return static_cast<std::int64_t>(value->get_uint64());
  if (!value->is_string()) return std::nullopt;

  const std::string_view digits = value->get_string();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

std::int64_t number_or_zero(const Object& object, std::string_view name) {
  return whole_number(object, name).value_or(0);
}

bool flag(const Object& object, std::string_view name, bool otherwise) {
  const json::value* value = member(object, name);
  return value != nullptr && value->is_bool() ? value->get_bool() : otherwise;
}

const Object& object_in(const Object& object, std::string_view name) {
  static const Object& empty = *new Object;  // never destroyed: an operation may end after static destructors ran
  const json::value* value = member(object, name);
  return value != nullptr && value->is_object() ? value->get_object() : empty;
}

const json::array& array_in(const Object& object, std::string_view name) {
  static const json::array& empty = *new json::array;
  const json::value* value = member(object, name);
  return value != nullptr && value->is_array() ? value->get_array() : empty;
}

void set_text(Object& object, std::string_view name, std::string_view value) {
  if (!value.empty()) object[name] = value;
}

void set_id(Object& object, std::string_view name, std::int64_t id) {
  if (id == 0) return;
  object[name] = id;
  object[std::string(name) + "_str"] = std::to_string(id);
}

void set_time(Object& to, std::string_view name, const Object& from, std::string_view databricks_name) {
  if (const std::int64_t value = number_or_zero(from, databricks_name); value > 0) to[name] = value;
}

Result<std::vector<std::string>> texts(const Object& object, std::string_view name) {
  std::vector<std::string> result;
  const json::value* value = member(object, name);
  if (value == nullptr || value->is_null()) return result;
  const std::string pointer = "/" + std::string(name);
  if (!value->is_array())
    return failure(Code::kInvalidArgument, "`" + std::string(name) + "` has to be an array of strings", pointer);
  for (const json::value& item : value->get_array()) {
    if (!item.is_string())
      return failure(Code::kInvalidArgument, "every item of `" + std::string(name) + "` has to be a string",
                     pointer + "/" + std::to_string(result.size()));
    result.emplace_back(item.get_string());
  }
  return result;
}

std::string_view head(std::string_view text, std::size_t most_bytes) {
  if (text.size() <= most_bytes) return text;
  std::size_t end = most_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

}  // namespace brickwork::runs
