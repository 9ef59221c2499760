#pragma once

#include <array>

#include "auth/login.h"

namespace brickwork {

// The managed identity of the machine in Azure that this runs on: `azure_use_msi`, and `azure_client_id` for one that
// is assigned to it by hand. Its metadata service is asked by this kind only.
bool fits_azure_msi(const Login& login);
Result<std::shared_ptr<Credential>> make_azure_msi(const Login& login);

inline constexpr std::array<std::string_view, 1> kAzureMsiEndpoints = {"instance_metadata_endpoint"};
inline constexpr LoginKind kAzureMsiLogin{
    .auth_type = "azure-msi", .fits = fits_azure_msi, .make = make_azure_msi, .endpoints = kAzureMsiEndpoints};

}  // namespace brickwork
