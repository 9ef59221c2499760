#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "show/run_view.h"
#include "terminal.h"

namespace brickwork::cli {

struct TreeLine {
  std::string text;  // fits the terminal's width, with colours where it has them
  std::string verdict;
  bool task = false;  // else a heading: the run or a group
};

// The run and its tasks under the groups they belong to, one line each. Pure: the clock is `now_ms`.
std::vector<TreeLine> tree_of(const RunView& run, const Terminal& terminal, std::int64_t now_ms);

// What fits in `rows`: finished tasks go first, then waiting ones; the last line says what is not shown. Headings and
// what failed stay as long as anything can.
std::vector<std::string> fit(const std::vector<TreeLine>& lines, int rows);

}  // namespace brickwork::cli
