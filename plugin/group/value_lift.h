#pragma once

#include <span>

#include "group/import_defaults.h"

namespace brickwork::group {

// Members of which the nearest says all: from the outermost group inwards, each group takes the value by which it and
// all inside become smallest, keeps what it inherits, or refuses that.
class ValueLift {
 public:
  ValueLift(const Slot& slot, Heirs& heirs, DraftDefaults& defaults)
      : slot_(slot), heirs_(heirs), defaults_(defaults) {}

  void run() { settle(0, slot_.entries, nullptr); }

 private:
  using Entry = Slot::Entry;
  using Entries = std::span<const Entry>;

  void settle(std::uint32_t group, Entries entries, const Entry* inherited);
  void settle_inner(std::uint32_t group, Entries entries, const Entry* inherited);
  void settle_tasks(std::uint32_t group, Entries entries, const Entry* inherited);
  const Entry* best_value(std::uint32_t group, Entries entries, const Entry* inherited) const;
  std::size_t cost(std::uint32_t group, Entries entries, const Entry* value) const;
  std::size_t without(std::uint32_t group, Entries entries, std::string_view name) const;
  bool could_inherit(const Heirs::Heir& heir, std::string_view name) const;
  void drop(const Entry& entry);
  void refuse(Heirs::Heir& heir, std::string_view name);

  const Slot& slot_;
  Heirs& heirs_;
  DraftDefaults& defaults_;
};

}  // namespace brickwork::group
