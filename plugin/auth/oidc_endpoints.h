#pragma once

#include <array>
#include <optional>
#include <string>

#include "auth/identity_provider.h"
#include "auth/login.h"

namespace brickwork {

// Where Databricks itself hands out tokens for a host.
struct OidcEndpoints {
  std::string authorization;  // where a browser is sent
  std::string token;
};

inline constexpr std::array<std::string_view, 2> kOidcEndpoints = {"authorization_endpoint", "token_endpoint"};

// What a host says of itself (/.well-known/databricks-config).
Task<Result<boost::json::object>> host_configuration(Context& context, IdentityProvider& provider, std::string host);

// Finds them: those that the connection's `endpoints` name; `discovery_url`; fixed ones of an account; else what the
// host says of itself. Found once, then kept.
class OidcDiscovery {
 public:
  OidcDiscovery(const Login& login, IdentityProvider& provider);

  Task<Result<OidcEndpoints>> find(Context& context);

 private:
  Task<Result<OidcEndpoints>> read(Context& context, std::string url);
  Task<Result<std::string>> ask_host(Context& context);

  const std::string host_;
  const std::string account_id_;
  const std::string discovery_url_;
  const std::string source_;
  OidcEndpoints named_;
  IdentityProvider& provider_;
  std::optional<OidcEndpoints> found_;
};

}  // namespace brickwork
