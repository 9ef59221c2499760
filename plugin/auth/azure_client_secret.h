#pragma once

#include <array>

#include "auth/login.h"

namespace brickwork {

// A service principal of Entra ID with a secret: `azure_client_id` and `azure_client_secret`; the tenant is asked of
// the workspace when it is not set.
bool fits_azure_client_secret(const Login& login);
Result<std::shared_ptr<Credential>> make_azure_client_secret(const Login& login);

inline constexpr std::array<std::string_view, 1> kAzureEndpoints = {"active_directory_endpoint"};
inline constexpr LoginKind kAzureClientSecretLogin{.auth_type = "azure-client-secret",
                                                   .fits = fits_azure_client_secret,
                                                   .make = make_azure_client_secret,
                                                   .endpoints = kAzureEndpoints};

}  // namespace brickwork
