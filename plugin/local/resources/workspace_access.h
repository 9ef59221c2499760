#pragma once

#include <string>

#include "local/caller.h"
#include "local/resources/permission_store.h"
#include "local/resources/workspace_tree.h"

namespace brickwork::local {

// Who may do what with which path. Permissions come down from folders; what is not there is judged by the nearest
// folder that is, so that only those who may look into it learn that something is missing.
class WorkspaceAccess {
 public:
  WorkspaceAccess(WorkspaceTree& tree, PermissionStore& permissions);

  bool may_read(const Caller& caller, const WorkspaceObject& object);
  // PERMISSION_DENIED unless the caller has CAN_READ, CAN_EDIT or CAN_MANAGE there.
  void require_read(const Caller& caller, const std::string& path) { require(caller, path, "CAN_READ", "Read"); }
  void require_edit(const Caller& caller, const std::string& path) { require(caller, path, "CAN_EDIT", "Edit"); }
  void require_manage(const Caller& caller, const std::string& path) { require(caller, path, "CAN_MANAGE", "Manage"); }

 private:
  void require(const Caller& caller, const std::string& path, const char* level, const char* word);

  WorkspaceTree& tree_;
  PermissionStore& permissions_;
};

}  // namespace brickwork::local
