#pragma once

#include "auth/login.h"

namespace brickwork {

// A program on this machine that knows the login, as editors run one: `metadata_service_url`, asked for each token.
bool fits_metadata_service(const Login& login);
Result<std::shared_ptr<Credential>> make_metadata_service(const Login& login);

inline constexpr LoginKind kMetadataServiceLogin{
    .auth_type = "metadata-service", .fits = fits_metadata_service, .make = make_metadata_service};

}  // namespace brickwork
