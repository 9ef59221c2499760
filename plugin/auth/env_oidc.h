#pragma once

#include "auth/login.h"
#include "auth/oidc_endpoints.h"

namespace brickwork {

// An id token in an environment variable: DATABRICKS_OIDC_TOKEN, or the one that `oidc_token_env` names. Variables are
// read when the client is opened, so a token that ends within the life of a client belongs into a file.
bool fits_env_oidc(const Login& login);
Result<std::shared_ptr<Credential>> make_env_oidc(const Login& login);

inline constexpr LoginKind kEnvOidcLogin{
    .auth_type = "env-oidc", .fits = fits_env_oidc, .make = make_env_oidc, .endpoints = kOidcEndpoints};

}  // namespace brickwork
