#include <boost/json/array.hpp>
#include <memory>

#include "local/api_error.h"
#include "local/resources/execution_resources.h"
#include "local/resources/workspace_requests.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

json::object described(WorkspaceService& service, const WorkspaceObject& object) {
  const bool is_repo = object.object_type == "DIRECTORY" && service.folders.has(object.path);
  json::object body{{"object_id", object.object_id},
                    {"object_type", is_repo ? "REPO" : object.object_type},
                    {"path", object.path},
                    {"resource_id", std::to_string(object.object_id)}};
  if (object.object_type == "NOTEBOOK") body["language"] = object.language;
  if (object.object_type == "DIRECTORY") return body;
  body["created_at"] = object.created_at;
  body["modified_at"] = object.modified_at;
  if (object.object_type == "FILE") body["size"] = object.size;
  return body;
}

Response list_request(WorkspaceService& service, const Request& request) {
  const std::string path = path_argument(request);
  const std::int64_t after = integer_field(request.arguments(), "notebooks_modified_after").value_or(0);
  service.access.require_read(request.caller, path);
  json::array objects;
  for (const WorkspaceObject& object : service.tree.list(path))
    if ((object.object_type != "NOTEBOOK" || object.modified_at >= after) &&
        service.access.may_read(request.caller, object))
      objects.push_back(described(service, object));
  if (objects.empty()) return {};
  return json_response({{"objects", std::move(objects)}});
}

Response get_status(WorkspaceService& service, const Request& request) {
  const std::string path = path_argument(request);
  service.access.require_read(request.caller, path);
  return json_response(described(service, service.tree.get(path)));
}

Response mkdirs(WorkspaceService& service, const Request& request) {
  const std::string path = path_argument(request);
  const auto present = service.tree.find(path);
  if (present && present->object_type == "DIRECTORY")
    service.access.require_read(request.caller, path);
  else
    service.access.require_manage(request.caller, path);
  service.tree.mkdirs(path);
  return {};
}

Response remove(WorkspaceService& service, const Request& request) {
  const std::string path = path_argument(request);
  service.access.require_manage(request.caller, path);
  service.tree.remove(path, flag_field(request.arguments(), "recursive").value_or(false));
  return {};
}

}  // namespace

void add_workspace_objects(Router& router, WorkspaceTree& tree, GitFolders& folders, PermissionStore& permissions) {
  const auto service = std::make_shared<WorkspaceService>(WorkspaceService{tree, {tree, permissions}, folders});
  const auto add = [&](const char* method, const char* route, Response (*handler)(WorkspaceService&, const Request&)) {
    router.add(method, std::string("/api/2.0/") + route,
               [service, handler](const Request& request) { return handler(*service, request); });
  };
  add("POST", "workspace/import", import_request);
  add("GET", "workspace/export", export_request);
  add("GET", "workspace/list", list_request);
  add("GET", "workspace/get-status", get_status);
  add("POST", "workspace/mkdirs", mkdirs);
  add("POST", "workspace/delete", remove);
  add("POST", "workspace-files/import-file/{path...}", import_file_request);
  add("GET", "workspace-files/{path...}", export_file_request);
}

}  // namespace brickwork::local
