#include "group/place.h"

#include <vector>

#include "engine/json_pointer.h"

namespace brickwork::group {

std::string Place::pointer() const {
  std::vector<const Place*> steps;
  for (const Place* step = this; step->parent_ != nullptr; step = step->parent_) steps.push_back(step);

  std::string pointer;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    if ((*step)->is_index_) {
      pointer += '/' + std::to_string((*step)->index_);
    } else {
      append_member(pointer, (*step)->member_);
    }
  }
  return pointer;
}

}  // namespace brickwork::group
