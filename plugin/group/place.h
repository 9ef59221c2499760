#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace brickwork::group {

// A position in the document, kept as a chain of parents; it becomes text only when something is wrong there, so that
// a good document pays nothing for its pointers. A place must not outlive its parent.
class Place {
 public:
  Place() = default;  // the whole document
  Place(const Place& parent, std::string_view member) : parent_(&parent), member_(member) {}
  Place(const Place& parent, std::size_t index) : parent_(&parent), index_(index), is_index_(true) {}

  std::string pointer() const;  // RFC 6901

 private:
  const Place* parent_ = nullptr;
  std::string_view member_;
  std::size_t index_ = 0;
  bool is_index_ = false;
};

}  // namespace brickwork::group
