#include "group/place.h"

#include <vector>

namespace brickwork::group {
namespace {

void append_escaped(std::string& pointer, std::string_view member) {
  for (char c : member) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
}

}  // namespace

std::string Place::pointer() const {
  std::vector<const Place*> steps;
  for (const Place* step = this; step->parent_ != nullptr; step = step->parent_) steps.push_back(step);

  std::string pointer;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    pointer += '/';
    if ((*step)->is_index_) {
      pointer += std::to_string((*step)->index_);
    } else {
      append_escaped(pointer, (*step)->member_);
    }
  }
  return pointer;
}

}  // namespace brickwork::group
