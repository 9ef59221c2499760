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

}  // namespace brickwork::group
