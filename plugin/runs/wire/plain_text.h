#pragma once

#include <string>
#include <string_view>

namespace brickwork::runs {

// A text without what steers a terminal: colours, cursor moves and titles of ANSI, and control characters other than
// tab and line end. Errors of notebooks come coloured.
std::string plain_text(std::string_view text);

}  // namespace brickwork::runs
