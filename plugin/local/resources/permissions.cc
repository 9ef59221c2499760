#include "local/resources/permissions.h"

#include <boost/json/object.hpp>
#include <set>

#include "local/api_error.h"
#include "local/fields.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

struct Service {
  PermissionStore& permissions;
  UserStore& users;
};

// What Databricks has permissions for and this workspace has not.
const std::set<std::string> kElsewhere{"pipelines",   "warehouses",    "serving-endpoints", "registered-models",
                                       "experiments", "apps",          "queries",           "alerts",
                                       "dashboards",  "authorization", "sql/warehouses"};

// A Git folder is a directory, and has one set of permissions.
std::string kept_kind(const std::string& kind) { return kind == "repos" ? "directories" : kind; }

void check_kind(const std::string& kind) {
  if (kElsewhere.contains(kind))
    throw feature_disabled("Permissions of " + kind + " are not supported by brickwork-local");
  if (levels_of(kept_kind(kind)).empty())
    throw invalid_parameter("'" + kind + "' is not a supported object type of the permissions API");
}

std::string name_member(const Principal& principal) {
  if (principal.kind == PrincipalKind::kGroup) return "group_name";
  return principal.kind == PrincipalKind::kUser ? "user_name" : "service_principal_name";
}

// "notebooks" -> "notebook", "directories" -> "directory", "cluster-policies" -> "cluster-policy".
std::string singular(const std::string& kind) {
  return kind.ends_with("ies") ? kind.substr(0, kind.size() - 3) + "y" : kind.substr(0, kind.size() - 1);
}

json::object described(Service& service, const Request& request, const ObjectName& object) {
  std::vector<std::int64_t> order;
  std::map<std::int64_t, json::array> permissions;
  for (const PermissionStore::Held& held : service.permissions.held(object)) {
    json::object permission{{"permission_level", held.grant.level}, {"inherited", held.inherited_from.has_value()}};
    if (held.inherited_from) permission["inherited_from_object"] = {held.inherited_from->text()};
    if (!permissions.contains(held.grant.principal_id)) order.push_back(held.grant.principal_id);
    permissions[held.grant.principal_id].push_back(std::move(permission));
  }
  json::array list;
  for (const std::int64_t id : order) {
    const auto principal = service.users.find_any(id);
    if (!principal) continue;
    json::object entry{{name_member(*principal), principal->name}};
    if (const json::value* display = principal->document.if_contains("displayName")) entry["display_name"] = *display;
    entry["all_permissions"] = std::move(permissions[id]);
    list.push_back(std::move(entry));
  }
  const std::string& kind = request.captures.at("kind");
  return {{"object_id", ObjectName{kind, object.id}.text()},
          {"object_type", singular(kind)},
          {"access_control_list", std::move(list)}};
}

// Who may not see an object does not learn whether it is there.
ObjectName checked_object(Service& service, const Request& request, const char* needed, const char* needed_word) {
  check_kind(request.captures.at("kind"));
  ObjectName object{kept_kind(request.captures.at("kind")), request.captures.at("id")};
  const auto place = service.permissions.place(object);
  if (!request.caller.is_admin() && (!place || !service.permissions.allows(request.caller, object, needed)))
    throw ApiError(403, "PERMISSION_DENIED",
                   request.caller.user_name + " does not have " + needed_word + " permissions on " +
                       (place ? place->name : object.text()) +
                       ". Please contact the owner or an administrator for access.");
  if (!place) throw does_not_exist(object.text() + " does not exist.");
  return object;
}

ObjectName object_to_change(Service& service, const Request& request) {
  const std::string& kind = request.captures.at("kind");
  return checked_object(service, request, kind == "jobs" ? "IS_OWNER" : "CAN_MANAGE", "Manage");
}

const json::array& list_in(const Request& request) {
  static const json::array none;
  const json::array* list = array_field(request.arguments(), "access_control_list");
  return list == nullptr ? none : *list;
}

void require_one_owner(const ObjectName& object, const std::vector<Grant>& grants) {
  if (object.kind != "jobs") return;
  const auto owners =
      std::count_if(grants.begin(), grants.end(), [](const Grant& grant) { return grant.level == "IS_OWNER"; });
  if (owners != 1) throw invalid_parameter("The job must have exactly one owner.");
}

Response get(Service& service, const Request& request) {
  const std::string& kind = request.captures.at("kind");
  check_kind(kind);
  const ObjectName object = checked_object(service, request, levels_of(kept_kind(kind)).front().level, "View");
  return json_response(described(service, request, object));
}

Response put(Service& service, const Request& request) {
  const ObjectName object = object_to_change(service, request);
  const std::vector<Grant> grants = grants_of(service.users, object.kind, list_in(request));
  require_one_owner(object, grants);
  service.permissions.replace(object, grants);
  return json_response(described(service, request, object));
}

Response patch(Service& service, const Request& request) {
  const ObjectName object = object_to_change(service, request);
  std::vector<Grant> grants;
  // Held, not granted: an owner who is it by having created the job stays it.
  for (const PermissionStore::Held& held : service.permissions.held(object))
    if (!held.inherited_from) grants.push_back(held.grant);
  for (const Grant& grant : grants_of(service.users, object.kind, list_in(request))) {
    std::erase_if(grants, [&](const Grant& present) { return present.principal_id == grant.principal_id; });
    grants.push_back(grant);
  }
  require_one_owner(object, grants);
  service.permissions.replace(object, grants);
  return json_response(described(service, request, object));
}

Response levels(Service& service, const Request& request) {
  const std::string& kind = request.captures.at("kind");
  check_kind(kind);
  checked_object(service, request, levels_of(kept_kind(kind)).front().level, "View");
  json::array found;
  for (const LevelName& level : levels_of(kept_kind(kind)))
    found.push_back({{"permission_level", level.level}, {"description", level.description}});
  return json_response({{"permission_levels", std::move(found)}});
}

std::int64_t principal_id(UserStore& users, const json::object& entry) {
  constexpr std::tuple<const char*, PrincipalKind, const char*> kForms[] = {
      {"user_name", PrincipalKind::kUser, "UserName"},
      {"group_name", PrincipalKind::kGroup, "GroupName"},
      {"service_principal_name", PrincipalKind::kServicePrincipal, "ServicePrincipalName"}};
  std::optional<std::int64_t> id;
  for (const auto& [member, kind, word] : kForms) {
    const auto name = text_field(entry, member);
    if (!name || name->empty()) continue;
    const auto principal = users.find_named(kind, *name);
    if (id) throw invalid_parameter("An access control entry names exactly one principal");
    if (!principal) throw does_not_exist("Principal: " + std::string(word) + "(" + *name + ") does not exist");
    id = principal->id;
  }
  if (!id) throw invalid_parameter("Principal name not defined");
  return *id;
}

}  // namespace

std::vector<Grant> grants_of(UserStore& users, const std::string& kind, const json::array& list) {
  std::vector<Grant> grants;
  for (const json::value& each : list) {
    if (!each.is_object()) throw malformed_request("Expected objects in access_control_list.");
    const json::object& entry = each.get_object();
    const Grant grant{principal_id(users, entry), required_text(entry, "permission_level")};
    if (rank_of(kind, grant.level) == 0)
      throw invalid_parameter("'" + grant.level + "' is not a permission level of " + kind);
    if (grant.level == "IS_OWNER" && users.find(PrincipalKind::kGroup, grant.principal_id))
      throw invalid_parameter("Groups cannot be owners.");
    std::erase_if(grants, [&](const Grant& earlier) { return earlier.principal_id == grant.principal_id; });
    grants.push_back(grant);
  }
  return grants;
}

void add_permissions(Router& router, PermissionStore& permissions, UserStore& users) {
  const auto service = std::make_shared<Service>(Service{permissions, users});
  for (const char* base : {"/api/2.0/permissions/", "/api/2.0/preview/permissions/"}) {
    const std::string one = std::string(base) + "{kind}/{id}";
    const auto add = [&](const char* method, const std::string& route, auto handler) {
      router.add(method, route, [service, handler](const Request& request) { return handler(*service, request); });
    };
    add("GET", one, get);
    add("PUT", one, put);
    add("PATCH", one, patch);
    add("GET", one + "/permissionLevels", levels);
  }
}

}  // namespace brickwork::local
