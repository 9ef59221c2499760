#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace brickwork::local {

std::string base64_encode(std::string_view bytes);
// Nothing when the text is not base64. Line breaks are allowed, as clients put them in.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace brickwork::local
