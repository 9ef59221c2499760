#include "group/members.h"

#include <charconv>
#include <string>

#include "group/edit_distance.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

std::string_view name_of(Type type) {
  switch (type) {
    case Type::kString:
      return "a string";
    case Type::kScalar:
      return "a string, number, true or false";
    case Type::kInteger:
      return "an integer";
    case Type::kBoolean:
      return "true or false";
    case Type::kArray:
      return "an array";
    case Type::kStrings:
      return "an array of strings";
    case Type::kObject:
      return "an object";
    case Type::kAny:
      break;
  }
  return "a value";
}

// 2.0 is the integer 2 in JSON, whatever the host's language makes of it.
bool is_whole(const json::value& value) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (!value.is_double() || value.get_double() < -kExact || value.get_double() > kExact) return false;
  return value.get_double() == static_cast<double>(static_cast<std::int64_t>(value.get_double()));
}

bool is_decimal(const json::value& value) {
  const json::string* text = value.if_string();
  if (text == nullptr) return false;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text->begin(), text->end(), number);
  return error == std::errc() && end == text->end();
}

bool has_type(const json::value& value, Type type) {
  switch (type) {
    case Type::kString:
      return value.is_string();
    case Type::kScalar:
      return !value.is_structured();
    case Type::kInteger:
      return value.is_int64() || value.is_uint64() || is_whole(value) || is_decimal(value);
    case Type::kBoolean:
      return value.is_bool();
    case Type::kArray:
    case Type::kStrings:
      return value.is_array();
    case Type::kObject:
      return value.is_object();
    case Type::kAny:
      return true;
  }
  return true;
}

bool check_range(const json::value& value, const MemberRule& rule, const Place& place, Findings& findings) {
  if (value.is_string()) return true;
  const bool too_large = value.is_uint64() && value.get_uint64() > static_cast<std::uint64_t>(rule.most);
  std::int64_t number = rule.most;
  if (value.is_int64()) number = value.get_int64();
  if (value.is_double()) number = static_cast<std::int64_t>(value.get_double());
  if (!too_large && number >= rule.least && number <= rule.most) return true;
  std::string limits = "at least " + std::to_string(rule.least);
  if (rule.most != std::numeric_limits<std::int64_t>::max()) limits += " and at most " + std::to_string(rule.most);
  findings.error(place, "out_of_range", std::string(rule.name) + " is " + shown(value) + ", it must be " + limits,
                 "write a number that is " + limits);
  return false;
}

// Databricks may have learnt a value since; it goes through as it is.
void check_value(std::string_view value, const MemberRule& rule, const Place& place, Findings& findings) {
  for (std::string_view known : rule.values) {
    if (known == value) return;
  }
  // A reference becomes a value only when the job runs.
  if (value.find("{{") != std::string_view::npos) return;
  findings.warning(place, "unknown_value",
                   std::string(rule.name) + " is " + quoted(value) + ", known are " + listed(rule.values),
                   "check the spelling; if Databricks knows it, nothing is to be done");
}

void check_text(std::string_view text, const MemberRule& rule, const Place& place, Findings& findings) {
  if (!rule.values.empty()) check_value(text, rule, place, findings);
  if (text.size() <= static_cast<std::uint64_t>(rule.most)) return;
  findings.error(place, "too_long",
                 std::string(rule.name) + " has " + std::to_string(text.size()) + " bytes, the limit is " +
                     std::to_string(rule.most),
                 "shorten it");
}

void check_count(const json::array& array, const MemberRule& rule, const Place& place, Findings& findings) {
  if (array.size() <= static_cast<std::uint64_t>(rule.most)) return;
  findings.error(place, "out_of_range",
                 std::string(rule.name) + " has " + std::to_string(array.size()) + " entries, the limit is " +
                     std::to_string(rule.most),
                 "keep " + std::to_string(rule.most) + " of them");
}

// Objects in an array: each of them has the members of the rule.
void check_entries(const json::array& array, const MemberRule& rule, const Place& place, Findings& findings) {
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (array[i].is_object()) {
      check_members(array[i].get_object(), rule.members, rule.name, Place(place, i), findings);
    } else if (!array[i].is_null()) {
      findings.error(Place(place, i), "wrong_type",
                     std::string(rule.name) + " holds " + shown(array[i]) + ", it must hold objects only",
                     "write the entry as an object");
    }
  }
}

bool check_strings(const json::array& array, const MemberRule& rule, const Place& place, Findings& findings) {
  bool good = true;
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (array[i].is_string()) continue;
    findings.error(Place(place, i), "wrong_type",
                   std::string(rule.name) + " holds " + shown(array[i]) + ", it must hold strings only",
                   "write the entry as a string");
    good = false;
  }
  return good;
}

}  // namespace

bool check_type(const json::value& value, const MemberRule& rule, const Place& place, Findings& findings) {
  if (value.is_null() || rule.type == Type::kAny) return true;
  if (!has_type(value, rule.type)) {
    const std::string wanted(name_of(rule.type));
    findings.error(place, "wrong_type", std::string(rule.name) + " is " + shown(value) + ", it must be " + wanted,
                   "write " + wanted);
    return false;
  }
  switch (rule.type) {
    case Type::kInteger:
      return check_range(value, rule, place, findings);
    case Type::kString:
      check_text(value.get_string(), rule, place, findings);
      return true;
    case Type::kStrings:
      check_count(value.get_array(), rule, place, findings);
      return check_strings(value.get_array(), rule, place, findings);
    case Type::kArray:
      check_count(value.get_array(), rule, place, findings);
      if (!rule.members.empty()) check_entries(value.get_array(), rule, place, findings);
      return true;
    case Type::kObject:
      if (!rule.members.empty()) check_members(value.get_object(), rule.members, rule.name, place, findings);
      return true;
    default:
      return true;
  }
}

void check_members(const json::object& object, std::span<const MemberRule> rules, std::string_view whose,
                   const Place& place, Findings& findings, Spelling spelling) {
  std::uint64_t seen = 0;
  for (const auto& [name, value] : object) {
    std::size_t i = 0;
    while (i < rules.size() && rules[i].name != std::string_view(name)) ++i;
    if (i == rules.size()) {
      if (spelling == Spelling::kChecked) check_spelling(name, rules, Place(place, name), findings);
      continue;
    }
    if (!value.is_null()) seen |= std::uint64_t{1} << i;
    check_type(value, rules[i], Place(place, name), findings);
  }
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (!rules[i].required || (seen >> i & 1) != 0) continue;
    findings.error(place, "missing_member", std::string(whose) + " has no " + std::string(rules[i].name),
                   "add " + std::string(rules[i].name) + ", " + std::string(name_of(rules[i].type)));
  }
}

void check_spelling(std::string_view member, std::span<const MemberRule> rules, const Place& place,
                    Findings& findings) {
  if (member.size() < 4) return;
  const std::size_t limit = member.size() < 8 ? 1 : 2;
  for (const MemberRule& rule : rules) {
    // A plural is how Databricks itself names the next form of a member.
    const bool is_plural =
        member.size() == rule.name.size() + 1 && member.starts_with(rule.name) && member.back() == 's';
    if (is_plural || rule.name.size() < 4 || edit_distance(member, rule.name, limit) > limit) continue;
    findings.warning(place, "unknown_member", quoted(member) + " is not known here and is passed on as it is",
                     "did you mean " + quoted(rule.name) + "?");
    return;
  }
}

void check_one_of(const json::object& object, std::initializer_list<std::string_view> members, const Place& place,
                  Findings& findings) {
  std::string list;
  int count = 0;
  for (std::string_view member : members) {
    if (!has(object, member)) continue;
    list += (count++ > 0 ? " and " : "") + std::string(member);
  }
  if (count > 1) findings.error(place, "one_of", "there are " + list + ", Databricks takes one of them", "keep one");
}

void check_exactly_one_of(const json::object& object, std::span<const std::string_view> members, std::string_view whose,
                          const Place& place, Findings& findings) {
  int count = 0;
  for (std::string_view member : members) count += has(object, member) ? 1 : 0;
  if (count == 1) return;
  findings.error(place, "one_of",
                 std::string(whose) + " has " + (count == 0 ? "none" : std::to_string(count)) + " of " +
                     listed(members) + ", it must have one",
                 "keep the one that is meant");
}

std::string listed(std::span<const std::string_view> values) {
  std::string list;
  for (std::string_view value : values) list += (list.empty() ? "" : ", ") + std::string(value);
  return list;
}

const json::string* string_in(const json::object& object, std::string_view member) {
  const json::value* value = object.if_contains(member);
  return value != nullptr ? value->if_string() : nullptr;
}

const json::array* array_in(const json::object& object, std::string_view member) {
  const json::value* value = object.if_contains(member);
  return value != nullptr ? value->if_array() : nullptr;
}

const json::object* object_in(const json::object& object, std::string_view member) {
  const json::value* value = object.if_contains(member);
  return value != nullptr ? value->if_object() : nullptr;
}

bool has(const json::object& object, std::string_view member) {
  const json::value* value = object.if_contains(member);
  return value != nullptr && !value->is_null();
}

}  // namespace brickwork::group
