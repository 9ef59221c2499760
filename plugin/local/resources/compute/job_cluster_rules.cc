#include <memory>

#include "local/fields.h"
#include "local/resources/compute/cluster_rules.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

// What is no object is refused by the jobs room, in its own words.
const json::object* member(const json::object& from, const char* name) {
  const json::value* value = from.if_contains(name);
  return value == nullptr ? nullptr : value->if_object();
}

void check_cluster(ClusterRules& rules, const Caller& caller, const json::object* holder) {
  const json::object* cluster = holder == nullptr ? nullptr : member(*holder, "new_cluster");
  if (cluster != nullptr) rules.applied(*cluster, caller, "job");
}

void check_entries(ClusterRules& rules, const Caller& caller, const json::object& settings, const char* list) {
  const json::value* entries = settings.if_contains(list);
  if (entries == nullptr || !entries->is_array()) return;
  for (const json::value& entry : entries->get_array()) {
    const json::object* holder = entry.if_object();
    check_cluster(rules, caller, holder);
    const json::object* for_each = holder == nullptr ? nullptr : member(*holder, "for_each_task");
    if (for_each != nullptr) check_cluster(rules, caller, member(*for_each, "task"));
  }
}

void check_settings(ClusterRules& rules, const Caller& caller, const json::object& settings) {
  check_cluster(rules, caller, &settings);
  check_entries(rules, caller, settings, "job_clusters");
  check_entries(rules, caller, settings, "tasks");
}

}  // namespace

void add_job_cluster_rules(Router& router, Store& store, PermissionStore& permissions) {
  const auto rules = std::make_shared<ClusterRules>(store, permissions);
  for (const std::string prefix : {"/api/2.0/jobs/", "/api/2.1/jobs/", "/api/2.2/jobs/"})
    for (const char* name : {"create", "update", "reset", "runs/submit"})
      router.wrap("POST", prefix + name, [rules](const Request& request, const Handler& handler) {
        const json::object* changed = member(request.arguments(), "new_settings");
        check_settings(*rules, request.caller, changed == nullptr ? request.arguments() : *changed);
        return handler(request);
      });
}

}  // namespace brickwork::local
