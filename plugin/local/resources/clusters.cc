#include <boost/json/array.hpp>
#include <memory>
#include <sstream>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/http_text.h"
#include "local/resources/cluster_document.h"
#include "local/resources/cluster_service.h"
#include "local/resources/execution_resources.h"

namespace brickwork::local {

namespace json = boost::json;

bool ClusterService::allows(const Caller& caller, const std::string& cluster_id, const std::string& level) {
  return permissions.allows(caller, {"clusters", cluster_id}, level);
}

ClusterRecord ClusterService::get(const Request& request, const std::string& level) {
  const std::string id = required_text(request.arguments(), "cluster_id");
  if (!allows(request.caller, id, level)) {
    const char* word = level == "CAN_MANAGE" ? "Manage" : level == "CAN_RESTART" ? "Restart" : "Attach";
    throw ApiError(403, "PERMISSION_DENIED",
                   request.caller.user_name + " does not have " + word + " permissions on " + id +
                       ". Please contact the owner or an administrator for access.");
  }
  auto record = records.find(id);
  if (!record) throw invalid_parameter("Cluster " + id + " does not exist");
  return std::move(*record);
}

namespace {

// "PENDING" -> "Pending", as error texts have it.
std::string in_words(const std::string& state) { return state.substr(0, 1) + lower_case(state.substr(1)); }

ApiError unexpected_state(const ClusterRecord& record) {
  return invalid_state("Cluster " + record.cluster_id + " is in unexpected state " + in_words(record.state) + ".");
}

void require_admin(const Request& request, const std::string& what) {
  if (!request.caller.is_admin()) throw ApiError(403, "PERMISSION_DENIED", "Only workspace admins may " + what + ".");
}

void stop(ClusterService& service, const ClusterRecord& record, const Caller& caller) {
  if (service.records.begin_stop(record.cluster_id, "USER_REQUEST",
                                 "User " + caller.user_name + " terminated the cluster"))
    service.host.stop_cluster(record.cluster_id);
}

void restart(ClusterService& service, const ClusterRecord& record, const Caller& caller) {
  if (service.records.begin_restart(record.cluster_id, caller.user_name)) service.host.stop_cluster(record.cluster_id);
}

void add_policy_libraries(ClusterService& service, const std::string& cluster_id, const json::object& spec) {
  for (const json::value& library : service.rules.libraries(spec))
    service.records.add_library(cluster_id, library.as_object());
}

Response create(ClusterService& service, const Request& request) {
  const json::object spec =
      checked_cluster_spec(service.rules.applied(request.arguments(), request.caller, "all-purpose"));
  service.secrets.require_named_in(spec, request.caller);
  service.rules.require_room(spec, request.caller, service.records);
  const std::string name = text_field(spec, "cluster_name").value_or("");
  const std::string id = service.records.create(spec, name, request.caller.user_name);
  add_policy_libraries(service, id, spec);
  service.host.start_cluster(id);
  return json_response({{"cluster_id", id}});
}

// New settings; a cluster that runs is restarted with them.
void change(ClusterService& service, const Request& request, const ClusterRecord& record, const json::object& asked) {
  if (record.source == "JOB")
    throw invalid_state("Cluster " + record.cluster_id + " is a job cluster and cannot be edited");
  if (record.state != "RUNNING" && !record.is_terminated()) throw unexpected_state(record);
  const json::object spec = checked_cluster_spec(service.rules.applied(asked, request.caller, "all-purpose"));
  service.secrets.require_named_in(spec, request.caller);
  service.records.set_spec(record.cluster_id, spec, text_field(spec, "cluster_name").value_or(record.name),
                           request.caller.user_name);
  add_policy_libraries(service, record.cluster_id, spec);
  restart(service, record, request.caller);
}

Response edit(ClusterService& service, const Request& request) {
  const ClusterRecord record = service.get(request, "CAN_MANAGE");
  change(service, request, record, request.arguments());
  return {};
}

Response update(ClusterService& service, const Request& request) {
  const ClusterRecord record = service.get(request, "CAN_MANAGE");
  const json::object* given = object_field(request.arguments(), "cluster");
  json::object spec = ClusterRules::as_asked(record.spec);
  std::istringstream mask(required_text(request.arguments(), "update_mask"));
  for (std::string field; std::getline(mask, field, ',');) {
    if (field == "num_workers") spec.erase("autoscale");
    if (field == "autoscale") spec.erase("num_workers");
    const json::value* value = given == nullptr ? nullptr : given->if_contains(field);
    if (value != nullptr)
      spec[field] = *value;
    else
      spec.erase(field);
  }
  change(service, request, record, spec);
  return {};
}

Response start(ClusterService& service, const Request& request) {
  const ClusterRecord record = service.get(request, "CAN_RESTART");
  if (record.source == "JOB")
    throw invalid_state("Cluster " + record.cluster_id + " is a job cluster and cannot be started");
  if (service.records.begin_start(record.cluster_id, request.caller.user_name))
    service.host.start_cluster(record.cluster_id);
  return {};
}

Response resize(ClusterService& service, const Request& request) {
  const ClusterRecord record = service.get(request, "CAN_MANAGE");
  const json::object& arguments = request.arguments();
  json::object size;
  if (const auto workers = integer_field(arguments, "num_workers")) size["num_workers"] = *workers;
  if (const json::object* autoscale = object_field(arguments, "autoscale")) size["autoscale"] = *autoscale;
  if (size.size() != 1) throw invalid_parameter("Exactly one of num_workers and autoscale is needed");
  json::object spec = ClusterRules::as_asked(record.spec);
  spec.erase("num_workers");
  spec.erase("autoscale");
  for (const auto& member : size) spec[member.key()] = member.value();
  checked_cluster_spec(service.rules.applied(spec, request.caller, "all-purpose"));
  if (record.state != "RUNNING") throw unexpected_state(record);
  service.records.set_size(record.cluster_id, size, request.caller.user_name);
  return {};
}

Response permanent_delete(ClusterService& service, const Request& request) {
  const ClusterRecord record = service.get(request, "CAN_MANAGE");
  if (!record.pinned_by.empty())
    throw invalid_state("Cluster " + record.cluster_id + " is pinned. Please unpin it before deleting it permanently.");
  stop(service, record, request.caller);
  service.records.forget(record.cluster_id);
  service.permissions.forget({"clusters", record.cluster_id});
  return {};
}

Response pin(ClusterService& service, const Request& request, bool pinned) {
  require_admin(request, "pin clusters");
  const ClusterRecord record = service.get(request, "CAN_MANAGE");
  if (pinned && record.source == "JOB")
    throw invalid_state("Cluster " + record.cluster_id + " is a job cluster and cannot be pinned");
  service.records.set_pinned(record.cluster_id, request.caller.user_name, pinned);
  return {};
}

Response change_owner(ClusterService& service, const Request& request) {
  require_admin(request, "change the owner of a cluster");
  const ClusterRecord record = service.get(request, "CAN_MANAGE");
  const std::string owner = required_text(request.arguments(), "owner_username");
  if (!service.users.find_named(PrincipalKind::kUser, owner))
    throw invalid_parameter("User " + owner + " does not exist");
  if (!record.is_terminated()) throw unexpected_state(record);
  service.records.set_creator(record.cluster_id, owner);
  return {};
}

using Step = Response (*)(ClusterService&, const Request&);

void add_version(Router& router, const std::string& base, const std::shared_ptr<ClusterService>& service) {
  const auto add = [&](const char* method, const char* name, Step step) {
    router.add(method, base + name, [service, step](const Request& request) { return step(*service, request); });
  };
  add("POST", "create", create);
  add("POST", "edit", edit);
  add("POST", "update", update);
  add("POST", "start", start);
  add("POST", "resize", resize);
  add("POST", "permanent-delete", permanent_delete);
  add("POST", "change-owner", change_owner);
  add("POST", "events", list_events);
  add("GET", "list", list_clusters);
  add("POST", "restart", [](ClusterService& all, const Request& request) {
    restart(all, all.get(request, "CAN_RESTART"), request.caller);
    return Response{};
  });
  add("POST", "delete", [](ClusterService& all, const Request& request) {
    stop(all, all.get(request, "CAN_RESTART"), request.caller);
    return Response{};
  });
  add("POST", "pin", [](ClusterService& all, const Request& request) { return pin(all, request, true); });
  add("POST", "unpin", [](ClusterService& all, const Request& request) { return pin(all, request, false); });
  add("GET", "get", [](ClusterService& all, const Request& request) {
    return json_response(cluster_document(all.workspace, all.get(request, "CAN_ATTACH_TO")));
  });
  add_cluster_catalog(router, base);
}

}  // namespace

void add_clusters(Router& router, const ClusterService& parts) {
  const auto service = std::make_shared<ClusterService>(parts);
  service->permissions.add_kind(
      "clusters", [&records = service->records](const std::string& id) -> std::optional<PermissionStore::Place> {
        const auto record = records.find(id);
        if (!record) return std::nullopt;
        return PermissionStore::Place{"Cluster with ID: " + id, {{"clusters", ""}}, record->creator_user_name};
      });
  for (const char* version : {"2.0", "2.1"})
    add_version(router, "/api/" + std::string(version) + "/clusters/", service);
  add_libraries(router, service);
}

}  // namespace brickwork::local
