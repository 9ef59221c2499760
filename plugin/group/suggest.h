#pragma once

#include <string>
#include <string_view>

#include "group/tree.h"

namespace brickwork::group {

// "Did you mean": the nearest name to what was written. Its work is bounded over all questions together, so that a
// document of nothing but mistakes is answered as fast as a good one.
class Suggestions {
 public:
  explicit Suggestions(const Tree& tree) : tree_(tree) {}

  // What to write in a depends_on inside `group` instead of `text`; empty when nothing is near.
  std::string instead_of(std::string_view text, std::uint32_t group);

 private:
  const Tree& tree_;
  std::size_t work_left_ = 2'000'000;
};

// How many edits a slip of the pen may have, by the length of what was written.
std::size_t most_edits(std::string_view text);

// Insertions, deletions, replacements and swaps of neighbours between the two; `limit` + 1 when they are more than
// `limit`.
std::size_t edit_distance(std::string_view left, std::string_view right, std::size_t limit);

}  // namespace brickwork::group
