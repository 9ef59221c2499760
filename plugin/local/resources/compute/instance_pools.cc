#include "local/resources/compute/instance_pools.h"

#include <algorithm>
#include <boost/json/array.hpp>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/random_token.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

constexpr const char* kSchema = R"(
create table if not exists instance_pools (
  instance_pool_id text primary key,
  name text not null unique,
  creator text not null,
  settings text not null
) without rowid;
)";

constexpr const char* kObjects[] = {"aws_attributes", "azure_attributes", "gcp_attributes",
                                    "custom_tags",    "disk_spec",        "node_type_flexibility"};
constexpr const char* kLists[] = {"preloaded_spark_versions", "preloaded_docker_images"};
constexpr const char* kNumbers[] = {"min_idle_instances", "max_capacity", "idle_instance_autotermination_minutes",
                                    "remote_disk_throughput", "total_initial_remote_disk_size"};

struct Service {
  InstancePools pools;
  PermissionStore& permissions;
  ClusterRecords& clusters;
};

InstancePool pool_of(const Rows& rows) {
  return {.instance_pool_id = rows.text(0),
          .name = rows.text(1),
          .creator = rows.text(2),
          .settings = rows.json(3).as_object()};
}

ApiError no_such_pool(const std::string& id) {
  return does_not_exist("Can't find an instance pool with id: " + id + ".");
}

// Who may not use a pool does not learn whether it is there.
InstancePool checked(Service& service, const Request& request, const char* level, const char* word) {
  const std::string id = required_text(request.arguments(), "instance_pool_id");
  if (!service.permissions.allows(request.caller, {"instance-pools", id}, level))
    throw ApiError(403, "PERMISSION_DENIED",
                   request.caller.user_name + " does not have " + word + " permissions on instance pool " + id + ".");
  return service.pools.get(id);
}

bool uses(const json::object& spec, const char* member, const std::string& pool_id) {
  const json::value* named = spec.if_contains(member);
  return named != nullptr && named->is_string() && named->get_string() == pool_id;
}

std::int64_t workers_of(const json::object& spec) {
  if (const json::object* autoscale = object_field(spec, "autoscale"))
    return integer_field(*autoscale, "min_workers").value_or(0);
  return integer_field(spec, "num_workers").value_or(0);
}

// Machines of the pool that clusters have. The driver is the pool's unless it has a pool of its own.
std::int64_t used(ClusterRecords& clusters, const std::string& pool_id) {
  std::int64_t count = 0;
  for (const ClusterRecord& cluster : clusters.all()) {
    if (cluster.is_terminated()) continue;
    const bool has_workers = uses(cluster.spec, "instance_pool_id", pool_id);
    const bool other_driver = cluster.spec.contains("driver_instance_pool_id");
    if (has_workers) count += workers_of(cluster.spec);
    count += (other_driver ? uses(cluster.spec, "driver_instance_pool_id", pool_id) : has_workers) ? 1 : 0;
  }
  return count;
}

json::object described(Service& service, const InstancePool& pool) {
  json::object body = pool.settings;
  body["instance_pool_id"] = pool.instance_pool_id;
  body["instance_pool_name"] = pool.name;
  body["state"] = "ACTIVE";
  body["status"] = json::object{};
  body["default_tags"] = {{"Vendor", "Databricks"},
                          {"DatabricksInstancePoolCreatorId", pool.creator},
                          {"DatabricksInstancePoolId", pool.instance_pool_id}};
  const std::int64_t in_use = used(service.clusters, pool.instance_pool_id);
  std::int64_t idle = integer_field(pool.settings, "min_idle_instances").value_or(0);
  if (const auto most = integer_field(pool.settings, "max_capacity"))
    idle = std::clamp<std::int64_t>(*most - in_use, 0, idle);
  body["stats"] = {{"used_count", in_use}, {"idle_count", idle}, {"pending_used_count", 0}, {"pending_idle_count", 0}};
  return body;
}

void check(const InstancePool& pool) {
  std::string wrong;
  if (pool.name.empty() || pool.name.size() > 100) wrong += " instance_pool_name must have 1 to 100 characters.";
  if (pool.node_type_id().empty()) wrong += " Missing required field: node_type_id.";
  for (const char* name : kNumbers)
    if (integer_field(pool.settings, name).value_or(0) < 0) wrong += std::string(" ") + name + " must not be negative.";
  const auto most = integer_field(pool.settings, "max_capacity");
  if (most && *most < integer_field(pool.settings, "min_idle_instances").value_or(0))
    wrong += " max_capacity must not be less than min_idle_instances.";
  for (const char* name : kObjects) object_field(pool.settings, name);
  for (const char* name : kLists) array_field(pool.settings, name);
  flag_field(pool.settings, "enable_elastic_disk");
  if (!wrong.empty()) throw invalid_parameter("Invalid instance pool:" + wrong);
}

json::object settings_in(json::object arguments) {
  for (const char* name : {"instance_pool_id", "instance_pool_name", "state", "stats", "status", "default_tags"})
    arguments.erase(name);
  return arguments;
}

Response create(Service& service, const Request& request) {
  if (!request.caller.is_admin())
    throw ApiError(403, "PERMISSION_DENIED", "Only workspace admins may create instance pools.");
  InstancePool pool{
      .instance_pool_id = hexadecimal(random_bytes(8)) + "-pool-local",
      .name = required_text(request.arguments(), "instance_pool_name"),
      .creator = request.caller.user_name,
      .settings = {
          {"min_idle_instances", 0}, {"idle_instance_autotermination_minutes", 60}, {"enable_elastic_disk", true}}};
  for (auto& member : settings_in(request.arguments())) pool.settings[member.key()] = std::move(member.value());
  check(pool);
  service.pools.put(pool);
  return json_response({{"instance_pool_id", pool.instance_pool_id}});
}

Response edit(Service& service, const Request& request) {
  InstancePool pool = checked(service, request, "CAN_MANAGE", "Manage");
  const std::string node_type = pool.node_type_id();
  pool.name = required_text(request.arguments(), "instance_pool_name");
  for (auto& member : settings_in(request.arguments())) pool.settings[member.key()] = std::move(member.value());
  check(pool);
  if (pool.node_type_id() != node_type)
    throw invalid_parameter("The node_type_id of an instance pool cannot be changed: make another pool.");
  service.pools.put(pool);
  return {};
}

Response remove(Service& service, const Request& request) {
  const InstancePool pool = checked(service, request, "CAN_MANAGE", "Manage");
  service.pools.remove(pool.instance_pool_id);
  service.permissions.forget({"instance-pools", pool.instance_pool_id});
  return {};
}

Response get(Service& service, const Request& request) {
  return json_response(described(service, checked(service, request, "CAN_ATTACH_TO", "Attach")));
}

Response list(Service& service, const Request& request) {
  json::array shown;
  for (const InstancePool& pool : service.pools.all())
    if (service.permissions.allows(request.caller, {"instance-pools", pool.instance_pool_id}, "CAN_ATTACH_TO"))
      shown.push_back(described(service, pool));
  return shown.empty() ? Response{} : json_response({{"instance_pools", std::move(shown)}});
}

}  // namespace

std::string InstancePool::node_type_id() const { return text_field(settings, "node_type_id").value_or(""); }

InstancePools::InstancePools(Store& store) : store_(store) { store_.create(kSchema); }

std::vector<InstancePool> InstancePools::all() {
  std::vector<InstancePool> found;
  Transaction transaction(store_);
  Rows rows = transaction.query("select instance_pool_id, name, creator, settings from instance_pools order by name");
  while (rows.next()) found.push_back(pool_of(rows));
  return found;
}

std::optional<InstancePool> InstancePools::find(const std::string& id) {
  Transaction transaction(store_);
  Rows rows = transaction.query(
      "select instance_pool_id, name, creator, settings from instance_pools where instance_pool_id = ?", id);
  if (!rows.next()) return std::nullopt;
  return pool_of(rows);
}

InstancePool InstancePools::get(const std::string& id) {
  auto found = find(id);
  if (!found) throw no_such_pool(id);
  return std::move(*found);
}

void InstancePools::put(const InstancePool& pool) {
  Transaction transaction(store_);
  const bool is_taken = transaction
                            .query("select 1 from instance_pools where name = ? and instance_pool_id <> ?", pool.name,
                                   pool.instance_pool_id)
                            .next();
  if (is_taken) throw already_exists("An instance pool with the name '" + pool.name + "' already exists.");
  transaction.run("insert or replace into instance_pools values (?, ?, ?, ?)", pool.instance_pool_id, pool.name,
                  pool.creator, json::value(pool.settings));
  transaction.commit();
}

void InstancePools::remove(const std::string& id) {
  Transaction transaction(store_);
  transaction.run("delete from instance_pools where instance_pool_id = ?", id);
  transaction.commit();
}

void add_instance_pools(Router& router, Store& store, PermissionStore& permissions, ClusterRecords& clusters) {
  const auto service = std::make_shared<Service>(Service{InstancePools(store), permissions, clusters});
  permissions.add_kind("instance-pools", [service](const std::string& id) -> std::optional<PermissionStore::Place> {
    const auto pool = service->pools.find(id);
    if (!pool) return std::nullopt;
    return PermissionStore::Place{"Instance pool with ID: " + id, {{"instance-pools", ""}}, pool->creator};
  });
  const auto add = [&](const char* method, const char* name, Response (*step)(Service&, const Request&)) {
    router.add(method, std::string("/api/2.0/instance-pools/") + name,
               [service, step](const Request& request) { return step(*service, request); });
  };
  add("POST", "create", create);
  add("POST", "edit", edit);
  add("POST", "delete", remove);
  add("GET", "get", get);
  add("GET", "list", list);
}

}  // namespace brickwork::local
