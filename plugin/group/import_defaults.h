#pragma once

#include <boost/json.hpp>
#include <span>
#include <vector>

#include "group/import_slots.h"

namespace brickwork::group {

// The defaults of every group in the making.
class DraftDefaults {
 public:
  DraftDefaults(const Nesting& nesting, const Heirs& heirs);

  const boost::json::object& of_group(std::uint32_t group) const { return objects_[group]; }

  // Whether all inside may inherit so many bytes more: the compiler has a limit for that.
  bool affords(std::uint32_t group, std::size_t bytes) const { return bytes * inside_[group] <= bytes_left_; }
  void say(std::uint32_t group, const Slot& slot, std::string_view name, boost::json::value value, std::size_t bytes);

  const std::vector<std::uint32_t>& groups_in(std::uint32_t group) const { return inner_[group]; }
  // The group directly in that one which the heir is in, or the group itself.
  std::uint32_t part_of(std::uint32_t group, std::uint32_t heir) const;

 private:
  const Nesting& nesting_;
  const Heirs& heirs_;
  std::vector<boost::json::object> objects_;
  std::vector<std::vector<std::uint32_t>> inner_;
  std::vector<std::size_t> inside_;  // tasks and groups inside, at any depth
  std::size_t bytes_left_;
};

// What tasks have in common, said once by the group around them, wherever that makes the document smaller; tasks that
// differ keep what they say, and the few that have none refuse by null. Notes in `heirs` what is left of each task,
// which compiles back to exactly what it was.
DraftDefaults lift_defaults(const Nesting& nesting, Heirs& heirs);

}  // namespace brickwork::group
