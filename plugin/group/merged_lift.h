#pragma once

#include <optional>
#include <span>

#include "group/import_defaults.h"

namespace brickwork::group {

// Members that add up: what a group says is put together with what is inside. A task cannot take anything out of what
// it inherits, so a group says only what is part of all that it reaches, but for tasks that have none and refuse by
// null.
class MergedLift {
 public:
  MergedLift(const Slot& slot, Heirs& heirs, DraftDefaults& defaults)
      : slot_(slot), heirs_(heirs), defaults_(defaults) {}

  void run() { settle(0, slot_.entries, nullptr); }

 private:
  using Entry = Slot::Entry;
  using Entries = std::span<const Entry>;
  // What a group says itself, and what holds in it by that and by the groups around.
  struct Choice {
    boost::json::value own;
    boost::json::value together;
  };

  void settle(std::uint32_t group, Entries entries, const boost::json::value* inherited);
  void settle_tasks(std::uint32_t group, Entries entries, const boost::json::value& inherited);
  std::optional<Choice> best_choice(std::uint32_t group, Entries entries, const boost::json::value* inherited) const;
  std::vector<boost::json::value> candidates(Entries entries, const boost::json::value* inherited) const;
  std::optional<std::size_t> cost(std::uint32_t group, Entries entries, const boost::json::value* inherited) const;
  std::size_t without(std::uint32_t group, Entries entries) const {
    return heirs_.count(slot_.reach, group) - entries.size();
  }

  const Slot& slot_;
  Heirs& heirs_;
  DraftDefaults& defaults_;
};

}  // namespace brickwork::group
