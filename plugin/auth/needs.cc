#include "auth/needs.h"

#include <array>
#include <set>

#include "engine/json_pointer.h"

namespace brickwork {
namespace {

namespace json = boost::json;

struct Kind {
  std::string_view member;
  const char* what;
  const char* path;
  const char* parameter;
  const char* fix;
};

constexpr std::array<Kind, 4> kKinds = {{
    {"existing_cluster_id", "attach_to_cluster", "/api/2.1/clusters/get", "cluster_id",
     "whoever manages the cluster grants CAN_RESTART on it (clusters, permissions), or the task gets a new_cluster"},
    {"instance_pool_id", "attach_to_pool", "/api/2.0/instance-pools/get", "instance_pool_id",
     "whoever manages the pool grants CAN_ATTACH_TO on it, or the cluster names a node_type_id instead"},
    {"policy_id", "use_policy", "/api/2.0/policies/clusters/get", "policy_id",
     "an administrator of the workspace grants CAN_USE on the policy, or the cluster leaves policy_id out"},
    {"warehouse_id", "use_warehouse", "/api/2.0/sql/warehouses/", nullptr,
     "whoever manages the SQL warehouse grants CAN_USE on it"},
}};

class Walk {
 public:
  std::vector<Need> needs;

  void over(const json::value& value, const std::string& pointer) {
    if (const json::array* items = value.if_array()) {
      for (std::size_t i = 0; i < items->size(); ++i) over((*items)[i], pointer + "/" + std::to_string(i));
    } else if (const json::object* members = value.if_object()) {
      for (const auto& [name, member] : *members) {
        std::string inner = pointer;
        append_member(inner, name);
        over_member(name, member, inner);
      }
    }
  }

 private:
  void over_member(std::string_view name, const json::value& member, const std::string& pointer) {
    if (name == "new_cluster" && member.is_object() && !member.get_object().contains("policy_id"))
      add({.what = "create_cluster",
           .name = "new_cluster",
           .pointer = pointer,
           .fix =
               "an administrator of the workspace gives the entitlement allow-cluster-create, or the cluster names a "
               "policy_id that may be used"});
    for (const Kind& kind : kKinds)
      if (name == kind.member && member.is_string()) add(kind, std::string(member.get_string()), pointer);
    over(member, pointer);
  }

  void add(const Kind& kind, const std::string& id, const std::string& pointer) {
    // References such as {{job.parameters.x}} are known to the run only.
    if (id.empty() || id.find('{') != id.npos) return;
    Need need{.what = kind.what, .name = id, .pointer = pointer, .fix = kind.fix};
    need.probe.path = kind.path;
    if (kind.parameter) {
      need.probe.query = {{kind.parameter, id}};
    } else {
      need.probe.path += percent_encode(id);
    }
    add(std::move(need));
  }

  void add(Need need) {
    if (seen_.insert({need.what, need.name}).second) needs.push_back(std::move(need));
  }

  std::set<std::pair<std::string, std::string>> seen_;
};

}  // namespace

std::vector<Need> needs_of(const json::object& group) {
  Walk walk;
  walk.over(group, "/group");
  if (const json::value* name = group.if_contains("name"); name && name->is_string() && !name->get_string().empty()) {
    Need need{.what = "manage_job", .name = std::string(name->get_string()), .pointer = "/group/name"};
    need.probe.path = "/api/2.2/jobs/list";
    need.probe.query = {{"name", need.name}, {"limit", "1"}};
    need.fix = "the owner of the job grants CAN_MANAGE on it, or the group gets a name of its own";
    walk.needs.push_back(std::move(need));
  }
  return std::move(walk.needs);
}

}  // namespace brickwork
