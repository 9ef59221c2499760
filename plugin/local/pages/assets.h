#pragma once

#include <string_view>

namespace brickwork::local::pages {

// The files of assets/, built into the executable.
extern const std::string_view kStyleSheet;
extern const std::string_view kLiveScript;
extern const std::string_view kIcon;

}  // namespace brickwork::local::pages
