#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <span>
#include <string_view>

#include "group/findings.h"

namespace brickwork::group {

// kScalar: values of parameters, which Databricks turns into strings itself. An integer may come as a decimal string,
// as ids do.
enum class Type : std::uint8_t { kAny, kString, kScalar, kInteger, kBoolean, kArray, kStrings, kObject };

// What one member of a Databricks object must be. Members without a rule are passed on unseen.
struct MemberRule {
  std::string_view name;
  Type type = Type::kAny;
  bool required = false;
  std::int64_t least = std::numeric_limits<std::int64_t>::min();  // of an integer
  std::int64_t most =
      std::numeric_limits<std::int64_t>::max();   // of an integer; entries of an array, bytes of a string
  std::span<const std::string_view> values = {};  // of a string, as far as they are known
  std::span<const MemberRule> members = {};       // of an object, or of each object in an array
};

// Reports a value of the wrong type or out of range, and what is wrong inside it; null counts as absent, as Databricks
// reads it. True when its type is good.
bool check_type(const boost::json::value& value, const MemberRule& rule, const Place& place, Findings& findings);

// Every member of `object` that has a rule, and every required one that is missing. `whose` names the object. Members
// without a rule are compared with those that have one, unless the caller has more to say about them.
enum class Spelling : std::uint8_t { kChecked, kUnchecked };
void check_members(const boost::json::object& object, std::span<const MemberRule> rules, std::string_view whose,
                   const Place& place, Findings& findings, Spelling spelling = Spelling::kChecked);

// A member without a rule that looks like one with a rule, written wrongly. It is passed on all the same.
void check_spelling(std::string_view member, std::span<const MemberRule> rules, const Place& place, Findings& findings);

// Reports when more than one of the members are there.
void check_one_of(const boost::json::object& object, std::initializer_list<std::string_view> members,
                  const Place& place, Findings& findings);

// Reports when not exactly one of them is. `whose` names the object.
void check_exactly_one_of(const boost::json::object& object, std::span<const std::string_view> members,
                          std::string_view whose, const Place& place, Findings& findings);

// "a, b, c", as a message lists what could have been written.
std::string listed(std::span<const std::string_view> values);

// The member if it is there and of that type; nothing is reported.
const boost::json::string* string_in(const boost::json::object& object, std::string_view member);
const boost::json::array* array_in(const boost::json::object& object, std::string_view member);
const boost::json::object* object_in(const boost::json::object& object, std::string_view member);

// There and not null.
bool has(const boost::json::object& object, std::string_view member);

}  // namespace brickwork::group
