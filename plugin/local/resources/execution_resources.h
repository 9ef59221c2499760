#pragma once

#include <functional>
#include <string>

#include "local/resources/cluster_records.h"
#include "local/resources/secret_store.h"
#include "local/resources/workspace_tree.h"
#include "local/router.h"
#include "local/workspace.h"

namespace brickwork::local {

// Resources that tasks use as well as clients; added by make_executor. Each is a file in this folder.
void add_workspace_objects(Router& router, WorkspaceTree& tree);
void add_secrets(Router& router, SecretStore& secrets);
void add_dbfs(Router& router, Workspace& workspace);
void add_clusters(Router& router, Workspace& workspace, ClusterRecords& records,
                  std::function<void(const std::string&)> terminate);

}  // namespace brickwork::local
