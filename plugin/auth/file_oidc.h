#pragma once

#include "auth/login.h"
#include "auth/oidc_endpoints.h"

namespace brickwork {

// An id token in a file, `oidc_token_filepath`, read again for every exchange: what Kubernetes projects into a pod is
// replaced there long before it ends.
bool fits_file_oidc(const Login& login);
Result<std::shared_ptr<Credential>> make_file_oidc(const Login& login);

inline constexpr LoginKind kFileOidcLogin{
    .auth_type = "file-oidc", .fits = fits_file_oidc, .make = make_file_oidc, .endpoints = kOidcEndpoints};

}  // namespace brickwork
