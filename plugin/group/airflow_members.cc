#include "group/airflow_members.h"

#include <algorithm>

namespace brickwork::group {
namespace {

// A slip of the pen seldom hits both ends of a name, and comparing every member with every other name would cost as
// much as reading the document.
bool may_be_meant(std::string_view member, std::span<const MemberRule> rules) {
  return !member.empty() && std::any_of(rules.begin(), rules.end(), [&](const MemberRule& rule) {
    return rule.name.front() == member.front() || rule.name.back() == member.back();
  });
}

}  // namespace

bool is_airflow_member(std::span<const MemberRule> rules, std::string_view member) {
  return std::any_of(rules.begin(), rules.end(), [&](const MemberRule& rule) { return rule.name == member; });
}

void check_airflow_members(const boost::json::object& object, std::span<const MemberRule> rules, std::string_view whose,
                           const Place& place, Findings& findings) {
  check_members(object, rules, whose, place, findings, Spelling::kUnchecked);
  for (const auto& [name, value] : object) {
    const std::string_view member = name;
    if (member == "task_key" || is_kind_member(member) || is_airflow_member(rules, member) ||
        !may_be_meant(member, rules))
      continue;
    check_spelling(member, rules, Place(place, member), findings);
  }
}

}  // namespace brickwork::group
