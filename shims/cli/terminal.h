#pragma once

#include <cstdio>

namespace brickwork::cli {

// What can be shown on a stream. Plain everywhere but on a terminal.
struct Terminal {
  bool live = false;     // lines can be drawn again
  bool colour = false;   // NO_COLOR is kept (https://no-color.org)
  bool unicode = false;  // the locale has the characters for a tree
  int columns = 80;
  int rows = 24;

  static Terminal of(std::FILE* stream);
};

}  // namespace brickwork::cli
