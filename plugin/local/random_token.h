#pragma once

#include <string>
#include <string_view>

namespace brickwork::local {

std::string hexadecimal(std::string_view bytes);
// From the operating system's generator; throws when it has none.
std::string random_bytes(std::size_t count);
// The form of a personal access token: "dapi" and 32 hexadecimal digits.
std::string new_token();
// 32 bytes.
std::string sha256(std::string_view bytes);

}  // namespace brickwork::local
