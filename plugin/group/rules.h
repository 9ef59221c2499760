#pragma once

#include <span>
#include <string_view>

namespace brickwork::group {

// The name of one thing that can be wrong. It never changes its meaning: hosts match it and documents set its severity.
struct Rule {
  std::string_view id;
  // Its errors stay errors whatever the document says, because there is nothing that could be compiled instead.
  bool is_fixed = false;
};

// In the order of their names. The table of the README has a row for each.
std::span<const Rule> all_rules();

// Null for a name that is none.
const Rule* find_lint_rule(std::string_view id);

// The rule that may have been meant by a name that is none, or null.
const Rule* nearest_lint_rule(std::string_view id);

}  // namespace brickwork::group
