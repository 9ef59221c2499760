#pragma once

#include "auth/login.h"

namespace brickwork {

// User and password, as old workspaces took them.
bool fits_basic(const Login& login);
Result<std::shared_ptr<Credential>> make_basic(const Login& login);

inline constexpr LoginKind kBasicLogin{.auth_type = "basic", .fits = fits_basic, .make = make_basic};

}  // namespace brickwork
