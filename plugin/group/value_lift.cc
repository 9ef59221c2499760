#include "group/value_lift.h"

#include <algorithm>
#include <unordered_map>

#include "group/lift_walk.h"

namespace brickwork::group {
namespace {

using Form = Slot::Form;

// A default that every fourth task has to refuse is no default.
constexpr std::size_t kTasksForOneRefusal = 4;

std::string_view name_of(const Slot& slot, const Slot::Entry& entry) {
  return slot.form == Form::kKey ? slot.key : entry.name;
}

}  // namespace

void ValueLift::settle(std::uint32_t group, Entries entries, const Entry* inherited) {
  const Entry* value = best_value(group, entries, inherited);
  if (value != nullptr) {
    defaults_.say(group, slot_, value->name, *value->value, value->size);
    inherited = value;
  } else if (inherited != nullptr && without(group, entries, inherited->name) > 1 &&
             std::none_of(entries.begin(), entries.end(), [&](const Entry& one) { return one.id == inherited->id; })) {
    defaults_.say(group, slot_, inherited->name, nullptr, 0);
    inherited = nullptr;
  }
  settle_tasks(group, entries, inherited);
  settle_inner(group, entries, inherited);
}

void ValueLift::settle_inner(std::uint32_t group, Entries entries, const Entry* inherited) {
  if (inherited == nullptr) {
    for (std::size_t i = 0; i < entries.size();) {
      const std::uint32_t part = defaults_.part_of(group, entries[i].heir);
      std::size_t end = i + 1;
      while (end < entries.size() && part != group && entries[end].heir < heirs_.end(part)) ++end;
      if (part != group && end - i > 1) settle(part, entries.subspan(i, end - i), nullptr);
      i = end;
    }
    return;
  }
  for_each_inner_group(defaults_, heirs_, group, entries, [&](std::uint32_t inner, Entries inside) {
    if (!inside.empty() || without(inner, inside, inherited->name) > 0) settle(inner, inside, inherited);
  });
}

void ValueLift::settle_tasks(std::uint32_t group, Entries entries, const Entry* inherited) {
  if (inherited == nullptr) return;
  for_each_own_heir(heirs_, group, entries, [&](Heirs::Heir& heir, const Entry* entry) {
    if (entry != nullptr) {
      if (entry->id == inherited->id) drop(*entry);
    } else if (could_inherit(heir, inherited->name)) {
      refuse(heir, inherited->name);
    }
  });
}

// Null when none makes the group smaller than it is with what it inherits. A value that only one inner group has is
// that group's own.
const Slot::Entry* ValueLift::best_value(std::uint32_t group, Entries entries, const Entry* inherited) const {
  struct Count {
    const Entry* first = nullptr;
    const Entry* last = nullptr;
    std::size_t number = 0;
  };
  std::unordered_map<std::uint32_t, Count> counts;
  for (const Entry& entry : entries) {
    Count& count = counts[entry.id];
    if (count.number++ == 0) count.first = &entry;
    count.last = &entry;
  }
  const Entry* best = nullptr;
  std::size_t best_saving = 0;
  for (const Entry& entry : entries) {  // not the map: of equal ones the first in the text is taken
    const Count& count = counts.at(entry.id);
    const std::size_t saving = (count.number - 1) * entry.size;
    if (count.first != &entry || count.number < 2 || saving <= best_saving) continue;
    if (inherited != nullptr && inherited->id == entry.id) continue;
    const std::uint32_t part = defaults_.part_of(group, count.first->heir);
    if (part != group && part == defaults_.part_of(group, count.last->heir)) continue;
    const std::size_t refusals = without(group, entries, entry.name);
    if (refusals * kTasksForOneRefusal > count.number || !defaults_.affords(group, entry.size)) continue;
    best = &entry;
    best_saving = saving;
  }
  if (best == nullptr || best->size + cost(group, entries, best) >= cost(group, entries, inherited)) return nullptr;
  return best;
}

// Of what tasks have to say themselves when they inherit that value.
std::size_t ValueLift::cost(std::uint32_t group, Entries entries, const Entry* value) const {
  std::size_t bytes = 0;
  for (const Entry& entry : entries) {
    if (value == nullptr || entry.id != value->id) bytes += entry.size;
  }
  if (value == nullptr) return bytes;
  return bytes + without(group, entries, value->name) * size_of_refusal(name_of(slot_, *value));
}

// How many heirs have none and would inherit one.
std::size_t ValueLift::without(std::uint32_t group, Entries entries, std::string_view name) const {
  if (slot_.form != Form::kCompute) return heirs_.count(slot_.reach, group) - entries.size();
  std::size_t count = heirs_.count(Reach::kFreeForCompute, group);
  if (name == "new_cluster") count += heirs_.count(Reach::kFreeForCluster, group);
  return count;
}

bool ValueLift::could_inherit(const Heirs::Heir& heir, std::string_view name) const {
  if (slot_.form != Form::kCompute) return heir.has(slot_.reach);
  return heir.has(Reach::kFreeForCompute) || (name == "new_cluster" && heir.has(Reach::kFreeForCluster));
}

void ValueLift::drop(const Entry& entry) {
  Heirs::Heir& heir = heirs_.list()[entry.heir];
  if (slot_.form == Form::kMember || slot_.form == Form::kCompute) return heir.drop(entry.position);
  Heirs::Parameters& parameters = *heir.parameters_named(slot_.name);
  if (slot_.form == Form::kList) {
    parameters.is_dropped = true;
    return;
  }
  if (parameters.dropped.empty()) parameters.dropped.resize(parameters.value->get_object().size(), false);
  parameters.dropped[entry.position] = true;
}

void ValueLift::refuse(Heirs::Heir& heir, std::string_view name) {
  if (slot_.form == Form::kMember || slot_.form == Form::kCompute) {
    heir.refused.push_back(name);
    return;
  }
  Heirs::Parameters& parameters = *heir.parameters_named(slot_.name);
  if (slot_.form == Form::kKey && parameters.value != nullptr) {
    parameters.refused.push_back(slot_.key);
  } else {
    parameters.is_refused = true;
  }
}

}  // namespace brickwork::group
