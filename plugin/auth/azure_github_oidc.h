#pragma once

#include "auth/azure_client_secret.h"
#include "auth/login.h"

namespace brickwork {

// A job of GitHub Actions as an application of Entra ID that trusts it: `azure_client_id`.
bool fits_azure_github_oidc(const Login& login);
Result<std::shared_ptr<Credential>> make_azure_github_oidc(const Login& login);

inline constexpr LoginKind kAzureGithubOidcLogin{.auth_type = "github-oidc-azure",
                                                 .fits = fits_azure_github_oidc,
                                                 .make = make_azure_github_oidc,
                                                 .endpoints = kAzureEndpoints};

}  // namespace brickwork
