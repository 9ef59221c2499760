#include "local/resources/compute/policies.h"

#include <algorithm>
#include <boost/json/array.hpp>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/random_token.h"
#include "local/resources/compute/policy_families.h"
#include "local/resources/compute/policy_rules.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

constexpr const char* kSchema = R"(
create table if not exists cluster_policies (
  policy_id text primary key,
  name text not null unique,
  creator text not null,
  created_at integer not null,
  document text not null
) without rowid;
)";

constexpr std::size_t kMostLibraries = 500;
constexpr const char* kKept[] = {"definition",       "description",
                                 "libraries",        "max_clusters_per_user",
                                 "policy_family_id", "policy_family_definition_overrides"};

ClusterPolicy policy_of(const Rows& rows) {
  return {.policy_id = rows.text(0),
          .name = rows.text(1),
          .creator = rows.text(2),
          .created_at = rows.integer(3),
          .document = rows.json(4).as_object()};
}

struct Service {
  Policies policies;
  PermissionStore& permissions;
  std::function<std::int64_t()> now_ms;
};

void require_admin(const Request& request) {
  if (!request.caller.is_admin())
    throw ApiError(403, "PERMISSION_DENIED", "Only workspace admins may change cluster policies.");
}

bool may_use(Service& service, const Request& request, const std::string& policy_id) {
  return service.permissions.allows(request.caller, {"cluster-policies", policy_id}, "CAN_USE");
}

json::object described(const ClusterPolicy& policy) {
  json::object body = policy.document;
  body["policy_id"] = policy.policy_id;
  body["name"] = policy.name;
  body["definition"] = policy.definition();
  body["creator_user_name"] = policy.creator;
  body["created_at_timestamp"] = policy.created_at;
  body["is_default"] = false;
  return body;
}

void check_source(const json::object& document) {
  const auto family = text_field(document, "policy_family_id");
  const auto overrides = text_field(document, "policy_family_definition_overrides");
  const auto definition = text_field(document, "definition");
  if (family && definition)
    throw invalid_parameter(
        "A policy has either a definition or a policy_family_id, whose rules are changed with "
        "policy_family_definition_overrides.");
  if (!family && overrides)
    throw invalid_parameter("policy_family_definition_overrides needs the policy_family_id that it changes.");
  if (!family && !definition) throw invalid_parameter("Missing required field: definition");
}

// What the request says, all of it checked: an edit replaces everything.
void read(ClusterPolicy& policy, const json::object& arguments) {
  policy.name = text_field(arguments, "name").value_or(policy.name);
  if (policy.name.empty() || policy.name.size() > 100)
    throw invalid_parameter("The name of a policy must have 1 to 100 characters.");
  policy.document.clear();
  for (const char* name : kKept)
    if (const json::value* value = arguments.if_contains(name); value != nullptr && !value->is_null())
      policy.document[name] = *value;
  text_field(policy.document, "description");
  const auto most = integer_field(policy.document, "max_clusters_per_user");
  if (most && *most < 1) throw invalid_parameter("max_clusters_per_user must be greater than 0.");
  if (const json::array* libraries = array_field(policy.document, "libraries")) {
    if (libraries->size() > kMostLibraries) throw invalid_parameter("A policy can have at most 500 libraries.");
    if (!std::ranges::all_of(*libraries, [](const json::value& each) { return each.is_object(); }))
      throw malformed_request("Expected objects in libraries.");
  }
  check_source(policy.document);
  PolicyRules::parse(policy.definition());
}

Response create(Service& service, const Request& request) {
  require_admin(request);
  ClusterPolicy policy{.policy_id = hexadecimal(random_bytes(8)),
                       .name = required_text(request.arguments(), "name"),
                       .creator = request.caller.user_name,
                       .created_at = service.now_ms()};
  read(policy, request.arguments());
  service.policies.put(policy);
  return json_response({{"policy_id", policy.policy_id}});
}

Response edit(Service& service, const Request& request) {
  require_admin(request);
  ClusterPolicy policy = service.policies.get(required_text(request.arguments(), "policy_id"));
  read(policy, request.arguments());
  service.policies.put(policy);
  return {};
}

Response remove(Service& service, const Request& request) {
  require_admin(request);
  const ClusterPolicy policy = service.policies.get(required_text(request.arguments(), "policy_id"));
  service.policies.remove(policy.policy_id);
  service.permissions.forget({"cluster-policies", policy.policy_id});
  return {};
}

Response get(Service& service, const Request& request) {
  const std::string id = required_text(request.arguments(), "policy_id");
  if (!request.caller.is_admin() && !may_use(service, request, id))
    throw ApiError(403, "PERMISSION_DENIED",
                   request.caller.user_name + " does not have permissions to use policy " + id + ".");
  return json_response(described(service.policies.get(id)));
}

Response list(Service& service, const Request& request) {
  const std::string column = text_field(request.arguments(), "sort_column").value_or("POLICY_CREATION_TIME");
  const std::string order = text_field(request.arguments(), "sort_order").value_or("DESC");
  if (column != "POLICY_CREATION_TIME" && column != "POLICY_NAME")
    throw invalid_parameter("sort_column must be POLICY_CREATION_TIME or POLICY_NAME.");
  if (order != "ASC" && order != "DESC") throw invalid_parameter("sort_order must be ASC or DESC.");
  std::vector<ClusterPolicy> found = service.policies.all();
  std::erase_if(found, [&](const ClusterPolicy& policy) { return !may_use(service, request, policy.policy_id); });
  if (column == "POLICY_CREATION_TIME") std::ranges::stable_sort(found, {}, &ClusterPolicy::created_at);
  if (order == "DESC") std::ranges::reverse(found);
  json::array shown;
  for (const ClusterPolicy& policy : found) shown.push_back(described(policy));
  return shown.empty() ? Response{} : json_response({{"policies", std::move(shown)}});
}

}  // namespace

std::string ClusterPolicy::definition() const {
  const auto family = text_field(document, "policy_family_id");
  if (!family) return text_field(document, "definition").value_or("{}");
  return PolicyRules::overridden(policy_family(*family).definition,
                                 text_field(document, "policy_family_definition_overrides").value_or(""));
}

Policies::Policies(Store& store) : store_(store) { store_.create(kSchema); }

std::vector<ClusterPolicy> Policies::all() {
  std::vector<ClusterPolicy> found;
  Transaction transaction(store_);
  Rows rows =
      transaction.query("select policy_id, name, creator, created_at, document from cluster_policies order by name");
  while (rows.next()) found.push_back(policy_of(rows));
  return found;
}

std::optional<ClusterPolicy> Policies::find(const std::string& policy_id) {
  Transaction transaction(store_);
  Rows rows = transaction.query(
      "select policy_id, name, creator, created_at, document from cluster_policies where policy_id = ?", policy_id);
  if (!rows.next()) return std::nullopt;
  return policy_of(rows);
}

ClusterPolicy Policies::get(const std::string& policy_id) {
  auto found = find(policy_id);
  if (!found) throw does_not_exist("Can't find a cluster policy with id: " + policy_id + ".");
  return std::move(*found);
}

void Policies::put(const ClusterPolicy& policy) {
  Transaction transaction(store_);
  const bool is_taken =
      transaction
          .query("select 1 from cluster_policies where name = ? and policy_id <> ?", policy.name, policy.policy_id)
          .next();
  if (is_taken) throw already_exists("Policy with name '" + policy.name + "' already exists.");
  transaction.run("insert or replace into cluster_policies values (?, ?, ?, ?, ?)", policy.policy_id, policy.name,
                  policy.creator, policy.created_at, json::value(policy.document));
  transaction.commit();
}

void Policies::remove(const std::string& policy_id) {
  Transaction transaction(store_);
  transaction.run("delete from cluster_policies where policy_id = ?", policy_id);
  transaction.commit();
}

void add_policies(Router& router, Store& store, PermissionStore& permissions, std::function<std::int64_t()> now_ms) {
  const auto service = std::make_shared<Service>(Service{Policies(store), permissions, std::move(now_ms)});
  permissions.add_kind("cluster-policies", [service](const std::string& id) -> std::optional<PermissionStore::Place> {
    if (!service->policies.find(id)) return std::nullopt;
    return PermissionStore::Place{"Cluster policy with ID: " + id, {{"cluster-policies", ""}}, std::nullopt};
  });
  const auto add = [&](const char* method, const char* name, Response (*step)(Service&, const Request&)) {
    router.add(method, std::string("/api/2.0/policies/clusters/") + name,
               [service, step](const Request& request) { return step(*service, request); });
  };
  add("POST", "create", create);
  add("POST", "edit", edit);
  add("POST", "delete", remove);
  add("GET", "get", get);
  add("GET", "list", list);
}

}  // namespace brickwork::local
