#include "local/resources.h"

#include "local/resources/permissions.h"
#include "local/resources/scim.h"

namespace brickwork::local {

void add_store_resources(Router& router, Workspace& workspace, UserStore& users, PermissionStore& permissions) {
  add_identity(router, workspace, users);
  add_scim(router, users);
  add_tokens(router, users);
  add_permissions(router, permissions, users);
}

}  // namespace brickwork::local
