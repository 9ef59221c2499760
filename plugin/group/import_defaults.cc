#include "group/import_defaults.h"

#include "group/defaults.h"
#include "group/merged_lift.h"
#include "group/value_lift.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

}  // namespace

DraftDefaults::DraftDefaults(const Nesting& nesting, const Heirs& heirs)
    : nesting_(nesting),
      heirs_(heirs),
      objects_(nesting.groups().size()),
      inner_(nesting.groups().size()),
      inside_(nesting.groups().size(), 0),
      bytes_left_(kMaxInheritedBytes) {
  for (std::uint32_t group = static_cast<std::uint32_t>(inside_.size()); group-- > 0;) {
    const NestedGroup& node = nesting.groups()[group];
    for (const NodeId child : node.children) {
      if (child.is_group()) inner_[group].push_back(child.index);
      inside_[group] += child.is_group() ? inside_[child.index] : 1;
    }
    ++inside_[group];
  }
}

void DraftDefaults::say(std::uint32_t group, const Slot& slot, std::string_view name, json::value value,
                        std::size_t bytes) {
  bytes_left_ -= bytes * inside_[group];
  json::object& defaults = objects_[group];
  if (slot.form != Slot::Form::kKey) {
    defaults.insert_or_assign(name, std::move(value));
    return;
  }
  json::value& map = defaults[name];
  if (!map.is_object()) map.emplace_object();
  map.get_object().insert_or_assign(slot.key, std::move(value));
}

std::uint32_t DraftDefaults::part_of(std::uint32_t group, std::uint32_t heir) const {
  std::uint32_t part = heirs_.group_of(heir);
  while (part != group && nesting_.groups()[part].parent != group) part = nesting_.groups()[part].parent;
  return part;
}

DraftDefaults lift_defaults(const Nesting& nesting, Heirs& heirs) {
  DraftDefaults defaults(nesting, heirs);
  for (const Slot& slot : slots_of(heirs)) {
    if (slot.form == Slot::Form::kDeep || slot.form == Slot::Form::kLibraries) {
      MergedLift(slot, heirs, defaults).run();
    } else {
      ValueLift(slot, heirs, defaults).run();
    }
  }
  return defaults;
}

}  // namespace brickwork::group
