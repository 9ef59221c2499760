#pragma once

#include <string>

#include "local/fields.h"
#include "local/resources/repos/git_folders.h"
#include "local/resources/workspace_access.h"
#include "local/resources/workspace_tree.h"
#include "local/router.h"

namespace brickwork::local {

// What the requests of the workspace API share.
struct WorkspaceService {
  WorkspaceTree& tree;
  WorkspaceAccess access;
  GitFolders& folders;
};

inline std::string path_argument(const Request& request) {
  return WorkspaceTree::normal(required_text(request.arguments(), "path"));
}

Response import_request(WorkspaceService& service, const Request& request);
// How the Databricks command line uploads: the content is the body as it is.
Response import_file_request(WorkspaceService& service, const Request& request);
Response export_request(WorkspaceService& service, const Request& request);
Response export_file_request(WorkspaceService& service, const Request& request);

}  // namespace brickwork::local
