#pragma once

#include "auth/login.h"
#include "auth/oidc_endpoints.h"

namespace brickwork {

// A job of Azure Pipelines that was given SYSTEM_ACCESSTOKEN, by workload identity federation.
bool fits_azure_devops_oidc(const Login& login);
Result<std::shared_ptr<Credential>> make_azure_devops_oidc(const Login& login);

inline constexpr LoginKind kAzureDevopsOidcLogin{.auth_type = "azure-devops-oidc",
                                                 .fits = fits_azure_devops_oidc,
                                                 .make = make_azure_devops_oidc,
                                                 .endpoints = kOidcEndpoints};

}  // namespace brickwork
