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

}  // namespace

void add_identity(Router& router, Workspace& workspace, UserStore& users) {
  for (const char* path : {"/api/2.0/preview/scim/v2/Me", "/api/2.0/scim/v2/Me"})
    router.add("GET", path, [&workspace, &users](const Request& request) { return me(workspace, users, request); });
}

}  // namespace brickwork::local
