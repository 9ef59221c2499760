#pragma once

#include <string>

#include "auth/login.h"

namespace brickwork {

// The setting `scopes`, a list with commas or blanks, as OAuth sends it, each once and in order as the SDKs do;
// "all-apis" when it is not set.
std::string scopes_of(const Login& login);

}  // namespace brickwork
