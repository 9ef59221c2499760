#include "local/resources/workspace_access.h"

#include <charconv>

#include "local/api_error.h"

namespace brickwork::local {
namespace {

std::string kind_of(const WorkspaceObject& object) {
  if (object.object_type == "DIRECTORY") return "directories";
  return object.object_type == "NOTEBOOK" ? "notebooks" : "files";
}

ObjectName name_of(const WorkspaceObject& object) { return {kind_of(object), std::to_string(object.object_id)}; }

std::optional<WorkspaceObject> object_with(WorkspaceTree& tree, const std::string& kind, const std::string& id) {
  std::int64_t number = 0;
  if (std::from_chars(id.data(), id.data() + id.size(), number).ptr != id.data() + id.size()) return std::nullopt;
  auto object = tree.find_id(number);
  return object && kind_of(*object) == kind ? object : std::nullopt;
}

PermissionStore::Place place_of(WorkspaceTree& tree, const WorkspaceObject& object) {
  PermissionStore::Place place{.name = object.path};
  for (std::string path = object.path; path != "/";) {
    path = parent_of(path);
    place.above.push_back(name_of(tree.get(path)));
  }
  return place;
}

// "/Users/ann@example.com" belongs to that user, and /Shared to everybody.
std::vector<std::pair<std::string, std::string>> implied(const WorkspaceObject& object) {
  if (object.path == "/") return {{"admins", "CAN_MANAGE"}};
  if (object.path == "/Shared") return {{"users", "CAN_MANAGE"}};
  for (const std::string homes : {"/Users/", "/Repos/"})
    if (object.path.starts_with(homes) && object.path.find('/', homes.size()) == std::string::npos)
      return {{object.path.substr(homes.size()), "CAN_MANAGE"}};
  return {};
}

// Everybody finds the way to a home folder.
bool is_open(const std::string& path) { return path == "/" || path == "/Users" || path == "/Repos"; }

}  // namespace

WorkspaceAccess::WorkspaceAccess(WorkspaceTree& tree, PermissionStore& permissions)
    : tree_(tree), permissions_(permissions) {
  for (const std::string kind : {"notebooks", "files", "directories"})
    permissions_.add_kind(
        kind,
        [&tree, kind](const std::string& id) -> std::optional<PermissionStore::Place> {
          const auto object = object_with(tree, kind, id);
          return object ? std::optional(place_of(tree, *object)) : std::nullopt;
        },
        [&tree, kind](const std::string& id) {
          const auto object = object_with(tree, kind, id);
          return object ? implied(*object) : std::vector<std::pair<std::string, std::string>>();
        });
}

bool WorkspaceAccess::may_read(const Caller& caller, const WorkspaceObject& object) {
  return is_open(object.path) || permissions_.allows(caller, name_of(object), "CAN_READ");
}

void WorkspaceAccess::require(const Caller& caller, const std::string& path, const char* level, const char* word) {
  tree_.make_home(caller.user_name);
  if (caller.is_admin()) return;
  std::string nearest = path;
  std::optional<WorkspaceObject> object = tree_.find(nearest);
  while (!object && nearest != "/") {
    nearest = parent_of(nearest);
    object = tree_.find(nearest);
  }
  if (object && std::string(level) == "CAN_READ" && may_read(caller, *object)) return;
  if (object && permissions_.allows(caller, name_of(*object), level)) return;
  throw ApiError(403, "PERMISSION_DENIED",
                 caller.user_name + " does not have " + word + " permissions on " + path +
                     ". Please contact the owner or an administrator for access.");
}

}  // namespace brickwork::local
