#pragma once

#include <string>
#include <string_view>

namespace brickwork {

// The same for the same secret, as long as this process lives; the key is made at the first use and never leaves it, so
// that nobody can try secrets against a fingerprint that was seen. Empty for an empty secret.
std::string fingerprint(std::string_view secret);

}  // namespace brickwork
