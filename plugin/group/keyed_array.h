#pragma once

#include <boost/json.hpp>
#include <span>
#include <string_view>
#include <unordered_map>

#include "group/members.h"

namespace brickwork::group {

// An array of objects that are told apart by one member.
class KeyedArray {
 public:
  KeyedArray(std::string_view member, std::string_view key, std::string_view rule, std::span<const MemberRule> rules)
      : member_(member), key_(key), rule_(rule), rules_(rules) {}

  template <class Check>
  void check(const boost::json::object& job, Findings& findings, Check check_entry) const {
    const boost::json::array* array = array_in(job, member_);
    if (array == nullptr) return;
    const Place root;
    const Place place(root, member_);
    std::unordered_map<std::string_view, std::size_t> seen;
    for (std::size_t i = 0; i < array->size(); ++i) {
      const Place entry_place(place, i);
      if (!check_type((*array)[i], {.name = member_, .type = Type::kObject}, entry_place, findings)) continue;
      const boost::json::object* entry = (*array)[i].if_object();
      if (entry == nullptr) continue;
      check_members(*entry, rules_, member_, entry_place, findings);
      if (const boost::json::string* name = string_in(*entry, key_)) {
        const auto [first, is_new] = seen.try_emplace(*name, i);
        if (!is_new) {
          findings.error(Place(entry_place, key_), rule_,
                         quoted(*name) + " is also declared by " + Place(place, first->second).pointer(),
                         "give one of them another name or take it out");
        }
        check_entry(*entry, std::string_view(*name), entry_place);
      }
    }
  }

 private:
  std::string_view member_;
  std::string_view key_;
  std::string_view rule_;
  std::span<const MemberRule> rules_;
};

}  // namespace brickwork::group
