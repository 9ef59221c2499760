#pragma once

#include <functional>
#include <string>

#include "local/jobs/clock.h"
#include "local/resources/cluster_records.h"
#include "local/resources/cluster_service.h"
#include "local/resources/permission_store.h"
#include "local/resources/repos/git_folders.h"
#include "local/resources/secret_store.h"
#include "local/resources/unity_store.h"
#include "local/resources/user_store.h"
#include "local/resources/workspace_tree.h"
#include "local/router.h"
#include "local/workspace.h"

namespace brickwork::local {

// Who there is, who may do what, and what time it is.
struct People {
  UserStore& users;
  PermissionStore& permissions;
  Clock& clock;
};

// Resources that tasks use as well as clients; added by make_executor. Each is a file in this folder.
void add_workspace_objects(Router& router, WorkspaceTree& tree, GitFolders& folders, PermissionStore& permissions);
void add_secrets(Router& router, SecretStore& secrets, UserStore& users);
void add_dbfs(Router& router, Workspace& workspace);
void add_unity_catalog(Router& router, UnityStore& store, Workspace& workspace);
// Policies, instance pools, instance profiles and global init scripts.
void add_compute(Router& router, Workspace& workspace, const People& people, ClusterRecords& clusters);
void add_pipelines(Router& router);
void add_clusters(Router& router, const ClusterService& parts);

}  // namespace brickwork::local
