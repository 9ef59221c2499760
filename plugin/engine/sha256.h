#pragma once

#include <string>
#include <string_view>

namespace brickwork {

std::string sha256(std::string_view bytes);      // 32 bytes
std::string sha256_hex(std::string_view bytes);  // 64 lower case digits

}  // namespace brickwork
