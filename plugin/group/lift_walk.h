#pragma once

#include <cstdint>
#include <span>

#include "group/import_defaults.h"

namespace brickwork::group {

// How a lift goes inwards: entries and heirs are in the order of the text, so both are gone through once, side by side.

// Calls visit(inner, entries) for each group directly in this one, with the entries of what is inside of it, if any.
template <class Visit>
void for_each_inner_group(const DraftDefaults& defaults, const Heirs& heirs, std::uint32_t group,
                          std::span<const Slot::Entry> entries, const Visit& visit) {
  auto begin = entries.begin();
  for (const std::uint32_t inner : defaults.groups_in(group)) {
    while (begin != entries.end() && begin->heir < heirs.first(inner)) ++begin;
    auto end = begin;
    while (end != entries.end() && end->heir < heirs.end(inner)) ++end;
    visit(inner, std::span<const Slot::Entry>(begin, end));
    begin = end;
  }
}

// Calls visit(heir, entry) for each heir that is in this group and in no inner one; its entry is null where it has
// none.
template <class Visit>
void for_each_own_heir(Heirs& heirs, std::uint32_t group, std::span<const Slot::Entry> entries, const Visit& visit) {
  auto entry = entries.begin();
  for (const std::uint32_t index : heirs.directly_in(group)) {
    while (entry != entries.end() && entry->heir < index) ++entry;
    const bool is_its_own = entry != entries.end() && entry->heir == index;
    visit(heirs.list()[index], is_its_own ? &*entry : nullptr);
  }
}

}  // namespace brickwork::group
