#pragma once

#include "auth/login.h"
#include "auth/oidc_endpoints.h"

namespace brickwork {

// A job of GitHub Actions, by workload identity federation.
bool fits_github_oidc(const Login& login);
Result<std::shared_ptr<Credential>> make_github_oidc(const Login& login);

inline constexpr LoginKind kGithubOidcLogin{
    .auth_type = "github-oidc", .fits = fits_github_oidc, .make = make_github_oidc, .endpoints = kOidcEndpoints};

}  // namespace brickwork
