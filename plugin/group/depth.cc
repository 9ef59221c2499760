#include "group/depth.h"

#include <vector>

namespace brickwork::group {

namespace json = boost::json;

bool is_too_deep(const json::value& value, std::size_t around) {
  if (!value.is_structured()) return false;
  if (around >= kMaxJsonDepth) return true;
  struct Level {
    const json::value* value;
    std::size_t next;
  };
  // The stack of its own is as deep as the limit, not as the document.
  std::vector<Level> levels{{&value, 0}};
  while (!levels.empty()) {
    Level& level = levels.back();
    const json::value* inner = nullptr;
    if (const json::object* object = level.value->if_object()) {
      while (level.next < object->size() && inner == nullptr) {
        const json::value& member = (object->begin() + static_cast<std::ptrdiff_t>(level.next++))->value();
        if (member.is_structured()) inner = &member;
      }
    } else {
      const json::array& array = level.value->get_array();
      while (level.next < array.size() && inner == nullptr) {
        const json::value& entry = array[level.next++];
        if (entry.is_structured()) inner = &entry;
      }
    }
    if (inner == nullptr) {
      levels.pop_back();
    } else if (around + levels.size() < kMaxJsonDepth) {
      levels.push_back({inner, 0});
    } else {
      return true;
    }
  }
  return false;
}

void report_depth(Findings& findings) {
  findings.error(Place(), "too_deep",
                 "the document is nested more than " + std::to_string(kMaxJsonDepth) + " levels deep", "nest less");
}

}  // namespace brickwork::group
