#include <boost/json/array.hpp>
#include <memory>

#include "local/api_error.h"
#include "local/base64.h"
#include "local/fields.h"
#include "local/resources/execution_resources.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

struct Service {
  SecretStore& secrets;
  UserStore& users;
};

constexpr std::pair<const char*, SecretPermission> kPermissions[] = {
    {"READ", SecretPermission::kRead}, {"WRITE", SecretPermission::kWrite}, {"MANAGE", SecretPermission::kManage}};

SecretPermission permission_named(const std::string& name) {
  for (const auto& [word, permission] : kPermissions)
    if (name == word) return permission;
  throw invalid_parameter("The permission '" + name + "' is none of READ, WRITE and MANAGE");
}

const char* name_of(SecretPermission permission) {
  for (const auto& [word, each] : kPermissions)
    if (each == permission) return word;
  return "";
}

std::string scope_for(Service& service, const Request& request, SecretPermission needed) {
  std::string scope = required_text(request.arguments(), "scope");
  service.secrets.require(request.caller, scope, needed);
  return scope;
}

Response put_secret(Service& service, const Request& request) {
  const json::object& arguments = request.arguments();
  const auto text = text_field(arguments, "string_value");
  const auto bytes = text_field(arguments, "bytes_value");
  if (text.has_value() == bytes.has_value())
    throw ApiError(400, "MALFORMED_REQUEST", "Exactly one of string_value and bytes_value is needed");
  std::optional<std::string> value = text;
  if (bytes) value = base64_decode(*bytes);
  if (!value) throw invalid_parameter("bytes_value is not valid base64");
  const std::string scope = scope_for(service, request, SecretPermission::kWrite);
  service.secrets.put(scope, required_text(arguments, "key"), *value);
  return {};
}

Response create_scope(Service& service, const Request& request) {
  const json::object& arguments = request.arguments();
  const std::string type = text_field(arguments, "scope_backend_type").value_or("DATABRICKS");
  if (type != "DATABRICKS")
    throw feature_disabled("Secret scopes of type " + type + " are not supported by brickwork-local");
  const std::string manager = text_field(arguments, "initial_manage_principal").value_or("");
  if (!manager.empty() && manager != "users")
    throw invalid_parameter("initial_manage_principal can be nothing but users");
  service.secrets.create_scope(required_text(arguments, "scope"), manager.empty() ? request.caller.user_name : manager);
  return {};
}

Response list_scopes(Service& service, const Request& request) {
  json::array scopes;
  for (const std::string& scope : service.secrets.scopes())
    if (service.secrets.permission(request.caller, scope) != SecretPermission::kNone)
      scopes.push_back({{"name", scope}, {"backend_type", "DATABRICKS"}});
  if (scopes.empty()) return {};
  return json_response({{"scopes", std::move(scopes)}});
}

Response delete_scope(Service& service, const Request& request) {
  service.secrets.delete_scope(scope_for(service, request, SecretPermission::kManage));
  return {};
}

Response delete_secret(Service& service, const Request& request) {
  const std::string scope = scope_for(service, request, SecretPermission::kWrite);
  service.secrets.remove(scope, required_text(request.arguments(), "key"));
  return {};
}

Response list_secrets(Service& service, const Request& request) {
  json::array found;
  for (const SecretMetadata& secret : service.secrets.list(scope_for(service, request, SecretPermission::kRead)))
    found.push_back({{"key", secret.key}, {"last_updated_timestamp", secret.last_updated_timestamp}});
  if (found.empty()) return {};
  return json_response({{"secrets", std::move(found)}});
}

Response get_secret(Service& service, const Request& request) {
  const std::string scope = scope_for(service, request, SecretPermission::kRead);
  const std::string key = required_text(request.arguments(), "key");
  return json_response({{"key", key}, {"value", base64_encode(service.secrets.value(scope, key))}});
}

json::object described(const SecretAcl& acl) {
  return {{"principal", acl.principal}, {"permission", name_of(acl.permission)}};
}

Response put_acl(Service& service, const Request& request) {
  const std::string scope = scope_for(service, request, SecretPermission::kManage);
  const std::string principal = required_text(request.arguments(), "principal");
  const SecretPermission permission = permission_named(required_text(request.arguments(), "permission"));
  for (const PrincipalKind kind : {PrincipalKind::kUser, PrincipalKind::kGroup, PrincipalKind::kServicePrincipal}) {
    const auto found = service.users.find_named(kind, principal);
    if (!found) continue;
    service.secrets.put_acl(scope, {found->name, permission});
    return {};
  }
  throw invalid_parameter("The principal " + principal + " is no user, group or service principal");
}

Response delete_acl(Service& service, const Request& request) {
  const std::string scope = scope_for(service, request, SecretPermission::kManage);
  service.secrets.remove_acl(scope, required_text(request.arguments(), "principal"));
  return {};
}

Response get_acl(Service& service, const Request& request) {
  const std::string scope = scope_for(service, request, SecretPermission::kRead);
  const std::string principal = required_text(request.arguments(), "principal");
  for (const SecretAcl& acl : service.secrets.acls(scope))
    if (acl.principal == principal) return json_response(described(acl));
  throw does_not_exist("No permission of " + principal + " on scope " + scope + " exists");
}

Response list_acls(Service& service, const Request& request) {
  json::array items;
  for (const SecretAcl& acl : service.secrets.acls(scope_for(service, request, SecretPermission::kRead)))
    items.push_back(described(acl));
  if (items.empty()) return {};
  return json_response({{"items", std::move(items)}});
}

}  // namespace

void add_secrets(Router& router, SecretStore& secrets, UserStore& users) {
  const auto service = std::make_shared<Service>(Service{secrets, users});
  const auto add = [&](const char* method, const char* name, auto handler) {
    router.add(method, std::string("/api/2.0/secrets/") + name,
               [service, handler](const Request& request) { return handler(*service, request); });
  };
  add("POST", "scopes/create", create_scope);
  add("POST", "scopes/delete", delete_scope);
  add("GET", "scopes/list", list_scopes);
  add("POST", "put", put_secret);
  add("POST", "delete", delete_secret);
  add("GET", "list", list_secrets);
  add("GET", "get", get_secret);
  add("POST", "acls/put", put_acl);
  add("POST", "acls/delete", delete_acl);
  add("GET", "acls/get", get_acl);
  add("GET", "acls/list", list_acls);
}

}  // namespace brickwork::local
