#include "local/api_error.h"
#include "local/resources.h"
#include "local/resources/scim.h"

namespace brickwork::local {
namespace {

Response me(const Workspace& workspace, UserStore& users, const Request& request) {
  const auto principal = users.find_any(request.caller.user_id);
  if (!principal) throw does_not_exist("The user of this token does not exist any more.");
  Response response = json_response(scim_document(users, *principal));
  response.headers.emplace_back("X-Databricks-Org-Id", std::to_string(workspace.workspace_id));
  return response;
}

// Every official client asks for this before its first call, and a 5xx or a refusal costs it minutes of retries.
Response databricks_config(const Workspace& workspace) {
  return json_response({{"oidc_endpoint", workspace.url + "/oidc"},
                        {"workspace_id", std::to_string(workspace.workspace_id)},
                        {"host_type", "WORKSPACE"}});
}

Response oauth_authorization_server(const Workspace& workspace) {
  return json_response({{"issuer", workspace.url + "/oidc"},
                        {"authorization_endpoint", workspace.url + "/oidc/v1/authorize"},
                        {"token_endpoint", workspace.url + "/oidc/v1/token"}});
}

}  // namespace

void add_identity(Router& router, Workspace& workspace, UserStore& users) {
  for (const char* path : {"/api/2.0/preview/scim/v2/Me", "/api/2.0/scim/v2/Me"})
    router.add("GET", path, [&workspace, &users](const Request& request) { return me(workspace, users, request); });
  router.add(
      "GET", "/.well-known/databricks-config", [&workspace](const Request&) { return databricks_config(workspace); },
      Router::Access::kPublic);
  for (const char* path :
       {"/oidc/.well-known/oauth-authorization-server", "/.well-known/oauth-authorization-server/oidc"})
    router.add(
        "GET", path, [&workspace](const Request&) { return oauth_authorization_server(workspace); },
        Router::Access::kPublic);
}

}  // namespace brickwork::local
