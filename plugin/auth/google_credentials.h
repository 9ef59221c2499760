#pragma once

#include "auth/login.h"

namespace brickwork {

// A service account of Google Cloud with its key: `google_credentials`, a file or its text.
bool fits_google_credentials(const Login& login);
Result<std::shared_ptr<Credential>> make_google_credentials(const Login& login);

inline constexpr LoginKind kGoogleCredentialsLogin{
    .auth_type = "google-credentials", .fits = fits_google_credentials, .make = make_google_credentials};

// INVALID_ARGUMENT with the way out when the host is none of Google Cloud's.
Status require_google_cloud(const Login& login, std::string_view auth_type);

}  // namespace brickwork
