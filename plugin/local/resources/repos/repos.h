#pragma once

#include "local/resources/permission_store.h"
#include "local/resources/repos/git_folders.h"
#include "local/router.h"

namespace brickwork::local {

// The repos API over the git folders.
void add_repos(Router& router, GitFolders& folders, WorkspaceTree& tree, PermissionStore& permissions);

}  // namespace brickwork::local
