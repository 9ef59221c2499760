#include <boost/json/array.hpp>

#include "local/oidc/parts.h"

namespace brickwork::local {
namespace {

// Every official client asks for this before its first call, and a 5xx or a refusal costs it minutes of retries.
Response databricks_config(const Oidc::Parts& parts) {
  return json_response({{"oidc_endpoint", parts.workspace.url + "/oidc"},
                        {"account_id", parts.account_id},
                        {"workspace_id", std::to_string(parts.workspace.workspace_id)},
                        {"host_type", "WORKSPACE"},
                        // The one that a federation policy without audiences takes.
                        {"token_federation_default_oidc_audiences", {parts.account_id}}});
}

Response authorization_server(const std::string& issuer, const Oidc::Parts& parts) {
  return json_response(
      {{"issuer", issuer},
       {"authorization_endpoint", issuer + "/v1/authorize"},
       {"token_endpoint", issuer + "/v1/token"},
       {"jwks_uri", parts.workspace.url + "/oidc/jwks.json"},
       {"scopes_supported", {"all-apis", "offline_access", "sql"}},
       {"response_types_supported", {"code"}},
       {"response_modes_supported", {"query"}},
       {"grant_types_supported",
        {"client_credentials", "authorization_code", "refresh_token",
         "urn:ietf:params:oauth:grant-type:token-exchange"}},
       {"code_challenge_methods_supported", {"S256"}},
       {"subject_types_supported", {"public"}},
       {"token_endpoint_auth_methods_supported", {"client_secret_basic", "client_secret_post", "none"}}});
}

}  // namespace

void add_discovery(Router& router, Oidc::Parts& parts) {
  const auto add = [&](const std::string& path, Handler handler) {
    router.add("GET", path, std::move(handler), Router::Access::kPublic);
  };
  add("/.well-known/databricks-config", [&parts](const Request&) { return databricks_config(parts); });
  add("/oidc/jwks.json", [&parts](const Request&) { return json_response(parts.key.key_set()); });
  for (const char* path :
       {"/oidc/.well-known/oauth-authorization-server", "/.well-known/oauth-authorization-server/oidc",
        "/.well-known/oauth-authorization-server", "/oidc/.well-known/openid-configuration"})
    add(path, [&parts](const Request&) { return authorization_server(parts.workspace.url + "/oidc", parts); });
  for (const char* name : {"oauth-authorization-server", "openid-configuration"})
    add("/oidc/accounts/" + parts.account_id + "/.well-known/" + name, [&parts](const Request&) {
      return authorization_server(parts.workspace.url + "/oidc/accounts/" + parts.account_id, parts);
    });
}

}  // namespace brickwork::local
