#include "local/resources/compute/cluster_rules.h"

#include <algorithm>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/resources/compute/policy_rules.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

// Clients that clear a member send it empty.
std::string text_in(const json::object& spec, const char* name) { return text_field(spec, name).value_or(""); }

InstancePool pool_for(InstancePools& pools, PermissionStore& permissions, const std::string& id, const Caller& caller) {
  auto pool = pools.find(id);
  if (!pool) throw invalid_parameter("Can't find an instance pool with id: " + id + ".");
  if (!permissions.allows(caller, {"instance-pools", id}, "CAN_ATTACH_TO"))
    throw ApiError(403, "PERMISSION_DENIED",
                   caller.user_name + " does not have Attach permissions on instance pool " + id + ".");
  return std::move(*pool);
}

}  // namespace

ClusterRules::ClusterRules(Store& store, PermissionStore& permissions)
    : policies_(store), pools_(store), profiles_(store), permissions_(permissions) {}

json::object ClusterRules::applied(const json::object& asked, const Caller& caller, const char* cluster_type) {
  json::object spec = asked;
  apply_policy(spec, caller, cluster_type);
  apply_pools(spec, caller);
  check_profile(spec);
  return spec;
}

void ClusterRules::apply_policy(json::object& spec, const Caller& caller, const char* cluster_type) {
  const bool with_defaults = flag_field(spec, "apply_policy_default_values").value_or(false);
  spec.erase("apply_policy_default_values");
  const std::string id = text_in(spec, "policy_id");
  if (id.empty()) return;
  const auto policy = policies_.find(id);
  if (!policy) throw invalid_parameter("Can't find a cluster policy with id: " + id + ".");
  if (!permissions_.allows(caller, {"cluster-policies", id}, "CAN_USE"))
    throw ApiError(403, "PERMISSION_DENIED",
                   caller.user_name + " is not authorized to use the cluster policy " + id + ".");
  std::vector<std::string> findings;
  spec = PolicyRules::parse(policy->definition()).applied(std::move(spec), cluster_type, with_defaults, findings);
  if (findings.empty()) return;
  std::string message = "Cluster validation error: ";
  for (const std::string& finding : findings) message += (&finding == findings.data() ? "" : "; ") + finding;
  throw invalid_parameter(message);
}

void ClusterRules::apply_pools(json::object& spec, const Caller& caller) {
  const std::string workers = text_in(spec, "instance_pool_id");
  const std::string driver = text_in(spec, "driver_instance_pool_id");
  if (workers.empty()) {
    if (!driver.empty()) throw invalid_parameter("driver_instance_pool_id needs an instance_pool_id beside it.");
    return;
  }
  for (const char* given : {"node_type_id", "driver_node_type_id"})
    if (!text_in(spec, given).empty())
      throw invalid_parameter("The field '" + std::string(given) +
                              "' cannot be supplied when an instance pool ID is provided.");
  spec["node_type_id"] = pool_for(pools_, permissions_, workers, caller).node_type_id();
  spec["driver_node_type_id"] =
      pool_for(pools_, permissions_, driver.empty() ? workers : driver, caller).node_type_id();
}

void ClusterRules::check_profile(const json::object& spec) {
  const json::object* aws = object_field(spec, "aws_attributes");
  const std::string arn = aws == nullptr ? "" : text_in(*aws, "instance_profile_arn");
  if (!arn.empty() && !profiles_.knows(arn))
    throw invalid_parameter("Instance profile " + arn.substr(0, 300) +
                            " does not exist: an admin adds it with /api/2.0/instance-profiles/add.");
}

void ClusterRules::require_room(const json::object& spec, const Caller& caller, ClusterRecords& clusters) {
  const std::string id = text_in(spec, "policy_id");
  const auto policy = id.empty() ? std::nullopt : policies_.find(id);
  const auto most = policy ? integer_field(policy->document, "max_clusters_per_user") : std::nullopt;
  if (!most) return;
  const auto theirs = std::ranges::count_if(clusters.all(), [&](const ClusterRecord& record) {
    return !record.is_terminated() && record.creator_user_name == caller.user_name &&
           text_in(record.spec, "policy_id") == id;
  });
  if (theirs >= *most)
    throw invalid_parameter("Cluster validation error: the policy " + policy->name + " lets a user have " +
                            std::to_string(*most) + " clusters at a time.");
}

json::array ClusterRules::libraries(const json::object& spec) {
  const std::string id = text_in(spec, "policy_id");
  const auto policy = id.empty() ? std::nullopt : policies_.find(id);
  const json::array* listed = policy ? array_field(policy->document, "libraries") : nullptr;
  return listed == nullptr ? json::array() : *listed;
}

json::object ClusterRules::as_asked(json::object spec) {
  if (!text_in(spec, "instance_pool_id").empty())
    for (const char* taken : {"node_type_id", "driver_node_type_id"}) spec.erase(taken);
  return spec;
}

}  // namespace brickwork::local
