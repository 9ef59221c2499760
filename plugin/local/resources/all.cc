#include "local/resources.h"

#include "local/resources/scim.h"

namespace brickwork::local {

void add_store_resources(Router& router, Workspace& workspace, UserStore& users) {
  add_identity(router, workspace, users);
  add_scim(router, users);
  add_tokens(router, users);
}

}  // namespace brickwork::local
