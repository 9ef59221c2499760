#pragma once

#include <array>

#include "auth/login.h"
#include "auth/oidc_endpoints.h"

namespace brickwork {

// A service principal with an OAuth secret of Databricks' own, on every cloud: `client_id` and `client_secret`.
bool fits_oauth_m2m(const Login& login);
Result<std::shared_ptr<Credential>> make_oauth_m2m(const Login& login);

inline constexpr LoginKind kOauthM2mLogin{
    .auth_type = "oauth-m2m", .fits = fits_oauth_m2m, .make = make_oauth_m2m, .endpoints = kOidcEndpoints};

}  // namespace brickwork
