#pragma once

#include <string>
#include <string_view>

namespace brickwork {

std::string base64(std::string_view bytes);      // RFC 4648, 4: padded
std::string base64_url(std::string_view bytes);  // RFC 4648, 5, without padding: PKCE and JSON Web Tokens

}  // namespace brickwork
