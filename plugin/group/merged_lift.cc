#include "group/merged_lift.h"

#include <algorithm>
#include <unordered_map>

#include "group/lift_walk.h"
#include "group/merging.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

constexpr std::size_t kTasksForOneRefusal = 4;

}  // namespace

void MergedLift::settle(std::uint32_t group, Entries entries, const json::value* inherited) {
  const std::optional<Choice> choice = best_choice(group, entries, inherited);
  if (choice) {
    defaults_.say(group, slot_, slot_.name, choice->own, json::serialize(choice->own).size());
    inherited = &choice->together;
  } else if (inherited != nullptr && entries.empty() && without(group, entries) > 1) {
    defaults_.say(group, slot_, slot_.name, nullptr, 0);
    return;
  }
  if (inherited != nullptr) settle_tasks(group, entries, *inherited);

  for_each_inner_group(defaults_, heirs_, group, entries, [&](std::uint32_t inner, Entries inside) {
    if (!inside.empty() || (inherited != nullptr && without(inner, inside) > 0)) settle(inner, inside, inherited);
  });
}

void MergedLift::settle_tasks(std::uint32_t group, Entries entries, const json::value& inherited) {
  for_each_own_heir(heirs_, group, entries, [&](Heirs::Heir& heir, const Entry* entry) {
    if (entry == nullptr) {
      if (heir.has(slot_.reach)) heir.refused.push_back(slot_.name);
      return;
    }
    json::value own = *taken_out(*entry->value, inherited);
    if (is_nothing(own)) {
      if (*entry->value == inherited) heir.drop(entry->position);
    } else {
      heir.replaced.emplace_back(entry->position, std::move(own));
    }
  });
}

std::optional<MergedLift::Choice> MergedLift::best_choice(std::uint32_t group, Entries entries,
                                                          const json::value* inherited) const {
  if (entries.size() < 2 || without(group, entries) * kTasksForOneRefusal > entries.size()) return std::nullopt;
  // What only one inner group has is that group's own.
  const std::uint32_t part = defaults_.part_of(group, entries.front().heir);
  if (part != group && part == defaults_.part_of(group, entries.back().heir)) return std::nullopt;

  std::optional<std::size_t> least = cost(group, entries, inherited);
  std::optional<Choice> best;
  for (json::value& own : candidates(entries, inherited)) {
    json::value together = inherited != nullptr ? put_together(own, *inherited) : own;
    const std::size_t bytes = json::serialize(own).size() + slot_.name.size();
    const std::optional<std::size_t> inside = cost(group, entries, &together);
    if (!inside || *inside + bytes >= *least || !defaults_.affords(group, bytes)) continue;
    least = *inside + bytes;
    best = Choice{std::move(own), std::move(together)};
  }
  return best;
}

// What most of them have, and what all of them have in common, beyond what they inherit.
std::vector<json::value> MergedLift::candidates(Entries entries, const json::value* inherited) const {
  const auto rest_of = [&](const Entry& entry) {
    return inherited != nullptr ? *taken_out(*entry.value, *inherited) : *entry.value;
  };
  std::unordered_map<std::uint32_t, std::size_t> counts;
  const Entry* most = &entries.front();
  json::value common = rest_of(entries.front());
  for (const Entry& entry : entries) {
    const std::size_t count = ++counts[entry.id];
    if (count > counts[most->id]) most = &entry;
    if (count == 1) common = common_part(common, rest_of(entry));
  }
  std::vector<json::value> list{rest_of(*most)};
  if (common != list.front()) list.push_back(std::move(common));
  // An object that says nothing may still be what a task has; to inherit it, it must be all that there is.
  std::erase_if(list,
                [&](const json::value& own) { return is_nothing(own) && (inherited != nullptr || own.is_array()); });
  return list;
}

// Of what tasks have to say themselves; no number where one of them could not.
std::optional<std::size_t> MergedLift::cost(std::uint32_t group, Entries entries, const json::value* inherited) const {
  std::unordered_map<std::uint32_t, std::size_t> sizes;
  std::size_t bytes = 0;
  for (const Entry& entry : entries) {
    const auto [size, is_new] = sizes.try_emplace(entry.id, entry.size);
    if (is_new && inherited != nullptr) {
      const std::optional<json::value> own = taken_out(*entry.value, *inherited);
      if (!own) return std::nullopt;
      const bool is_dropped = is_nothing(*own) && *entry.value == *inherited;
      size->second = is_dropped ? 0 : slot_.name.size() + json::serialize(*own).size();
    }
    bytes += size->second;
  }
  if (inherited == nullptr) return bytes;
  return bytes + without(group, entries) * size_of_refusal(slot_.name);
}

}  // namespace brickwork::group
