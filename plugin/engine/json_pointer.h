#pragma once

#include <string>
#include <string_view>

namespace brickwork {

// One step further into a document, as RFC 6901 writes it: Finding::pointer and Fault::pointer are made of these.
inline void append_member(std::string& pointer, std::string_view member) {
  pointer += '/';
  for (const char c : member) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
}

}  // namespace brickwork
