#pragma once

#include "local/resources/permission_store.h"
#include "local/resources/user_store.h"
#include "local/router.h"
#include "local/workspace.h"

namespace brickwork::local {

// One line for each resource; each is a file in resources/ that creates its tables and adds its routes. Jobs and runs
// have a folder of their own, jobs/, and need more than the store: jobs/routes.h.
void add_identity(Router& router, Workspace& workspace, UserStore& users);
void add_tokens(Router& router, UserStore& users);

// All that need only the store: called once by main. New resources are added to this list, in resources/all.cc.
void add_store_resources(Router& router, Workspace& workspace, UserStore& users, PermissionStore& permissions);

}  // namespace brickwork::local
