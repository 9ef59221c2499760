#pragma once

#include <string>
#include <vector>

#include "auth/login.h"
#include "auth/oidc_endpoints.h"
#include "auth/token_cache.h"

namespace brickwork {

// Somebody who logged in with a browser: the application he did it for, and what it may do.
struct U2mClient {
  std::string client_id;  // "databricks-cli", which every workspace knows, unless `client_id` names another
  std::vector<std::string> scopes;
  static U2mClient of(const Login& login);
  std::string scope_text() const;
};

// Where `login` finds and keeps such a token: the Databricks CLI's file for "databricks-cli", else the Python SDK's.
TokenCache u2m_cache(const Login& login, std::string_view auth_type);

// A user's own login. The refresh token comes from the host (client_set_secret "refresh_token"), or from the file that
// the SDKs share; `auth.u2m_url` and `auth.u2m_exchange` bring it there. "databricks-cli" reads the Databricks CLI's
// file, and never runs it.
bool fits_external_browser(const Login& login);
Result<std::shared_ptr<Credential>> make_external_browser(const Login& login);
bool fits_databricks_cli(const Login& login);
Result<std::shared_ptr<Credential>> make_databricks_cli(const Login& login);

inline constexpr LoginKind kExternalBrowserLogin{.auth_type = "external-browser",
                                                 .fits = fits_external_browser,
                                                 .make = make_external_browser,
                                                 .endpoints = kOidcEndpoints};
inline constexpr LoginKind kDatabricksCliLogin{.auth_type = "databricks-cli",
                                               .fits = fits_databricks_cli,
                                               .make = make_databricks_cli,
                                               .endpoints = kOidcEndpoints};

}  // namespace brickwork
