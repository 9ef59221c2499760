#pragma once

#include <array>

#include "auth/login.h"

namespace brickwork {

// A service account of Google Cloud, `google_service_account`, that whoever is logged in here may impersonate: the file
// of GOOGLE_APPLICATION_CREDENTIALS, the login of gcloud, or else the machine in Google Cloud that this runs on.
bool fits_google_id(const Login& login);
Result<std::shared_ptr<Credential>> make_google_id(const Login& login);

inline constexpr std::array<std::string_view, 2> kGoogleEndpoints = {"iam_credentials_endpoint",
                                                                     "instance_metadata_endpoint"};
inline constexpr LoginKind kGoogleIdLogin{
    .auth_type = "google-id", .fits = fits_google_id, .make = make_google_id, .endpoints = kGoogleEndpoints};

}  // namespace brickwork
