#include <unistd.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <memory>
#include <thread>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/resources/execution_resources.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

struct Clusters {
  Workspace& workspace;
  ClusterRecords& records;
  std::function<void(const std::string&)> terminate;

  ClusterRecord get(const json::object& arguments) {
    const std::string id = required_text(arguments, "cluster_id");
    auto record = records.find(id);
    if (!record) throw invalid_parameter("Cluster " + id + " does not exist");
    return std::move(*record);
  }
  void stop(const ClusterRecord& record) {
    terminate(record.cluster_id);
    records.set_terminated(record.cluster_id, "USER_REQUEST",
                           "User " + workspace.user_name + " terminated the cluster");
  }
};

std::int64_t memory_mb() { return sysconf(_SC_PHYS_PAGES) / 1024 * sysconf(_SC_PAGE_SIZE) / 1024; }

json::object described(const Workspace& workspace, const ClusterRecord& record) {
  json::object body = record.spec;
  body["cluster_id"] = record.cluster_id;
  body["cluster_name"] = record.name;
  body["state"] = record.state;
  body["state_message"] = record.state_message;  // clients index it, so it is there even when empty
  body["cluster_source"] = record.source;
  body["creator_user_name"] = workspace.user_name;
  body["start_time"] = record.start_time;
  body["last_activity_time"] = record.last_activity_time;
  body["cluster_cores"] = static_cast<std::int64_t>(std::thread::hardware_concurrency());
  body["cluster_memory_mb"] = memory_mb();
  body["default_tags"] = {{"Vendor", "Databricks"},
                          {"Creator", workspace.user_name},
                          {"ClusterName", record.name},
                          {"ClusterId", record.cluster_id}};
  body["spec"] = record.spec;
  if (record.state == "TERMINATED") {
    body["terminated_time"] = record.terminated_time;
    body["termination_reason"] = {
        {"code", record.termination_code}, {"type", "SUCCESS"}, {"parameters", json::object{}}};
  }
  return body;
}

Response create_cluster(Clusters& clusters, const json::object& arguments) {
  required_text(arguments, "spark_version");
  const std::string name = text_field(arguments, "cluster_name").value_or("");
  return json_response({{"cluster_id", clusters.records.create(arguments, name)}});
}

Response edit_cluster(Clusters& clusters, const json::object& arguments) {
  const ClusterRecord record = clusters.get(arguments);
  if (record.source == "JOB")
    throw invalid_state("Cluster " + record.cluster_id + " is a job cluster and cannot be edited");
  required_text(arguments, "spark_version");
  json::object spec = arguments;
  spec.erase("cluster_id");
  clusters.records.set_spec(record.cluster_id, spec, text_field(arguments, "cluster_name").value_or(record.name));
  if (record.state != "RUNNING") return {};
  clusters.stop(record);
  clusters.records.set_running(record.cluster_id);
  return {};
}

Response list_clusters(Clusters& clusters) {
  json::array found;
  for (const ClusterRecord& record : clusters.records.all()) found.push_back(described(clusters.workspace, record));
  if (found.empty()) return {};
  return json_response({{"clusters", std::move(found)}});
}

Response list_events(Clusters& clusters, const json::object& arguments) {
  const ClusterRecord record = clusters.get(arguments);
  std::vector<ClusterEvent> events = clusters.records.events(record.cluster_id);
  if (text_field(arguments, "order").value_or("DESC") == "DESC") std::reverse(events.begin(), events.end());
  const auto offset =
      static_cast<std::size_t>(std::max<std::int64_t>(0, integer_field(arguments, "offset").value_or(0)));
  const auto limit = std::clamp<std::int64_t>(integer_field(arguments, "limit").value_or(50), 1, 500);
  json::array page;
  for (std::size_t i = offset; i < events.size() && i < offset + static_cast<std::size_t>(limit); ++i)
    page.push_back(json::object{{"cluster_id", record.cluster_id},
                                {"timestamp", events[i].timestamp},
                                {"type", events[i].type},
                                {"details", events[i].details}});
  json::object body{{"events", std::move(page)}, {"total_count", events.size()}};
  if (offset + static_cast<std::size_t>(limit) < events.size())
    body["next_page"] = {{"cluster_id", record.cluster_id}, {"offset", offset + limit}, {"limit", limit}};
  return json_response(body);
}

// There is one machine, and one version of Spark on it: the lists let clients that choose find something to choose.
Response node_types() {
  return json_response({{"node_types",
                         {{{"node_type_id", "local"},
                           {"memory_mb", memory_mb()},
                           {"num_cores", static_cast<double>(std::thread::hardware_concurrency())},
                           {"description", "this machine"},
                           {"instance_type_id", "local"},
                           {"category", "General Purpose"},
                           {"is_deprecated", false}}}}});
}

Response spark_versions() {
  return json_response({{"versions",
                         {{{"key", "16.4.x-scala2.12"}, {"name", "16.4 LTS (on the Spark of this machine)"}},
                          {{"key", "15.4.x-scala2.12"}, {"name", "15.4 LTS (on the Spark of this machine)"}}}}});
}

void add_operations(Router& router, const std::string& base, const std::shared_ptr<Clusters>& clusters) {
  const auto post = [&](const char* name, auto handler) {
    router.add("POST", base + name,
               [clusters, handler](const Request& request) { return handler(*clusters, request.arguments()); });
  };
  post("create", create_cluster);
  post("edit", edit_cluster);
  post("events", list_events);
  post("start", [](Clusters& all, const json::object& arguments) {
    all.records.set_running(all.get(arguments).cluster_id);
    return Response{};
  });
  post("restart", [](Clusters& all, const json::object& arguments) {
    const ClusterRecord record = all.get(arguments);
    if (record.state != "RUNNING") return Response{};
    all.stop(record);
    all.records.set_running(record.cluster_id);
    return Response{};
  });
  post("delete", [](Clusters& all, const json::object& arguments) {
    all.stop(all.get(arguments));
    return Response{};
  });
  post("permanent-delete", [](Clusters& all, const json::object& arguments) {
    const ClusterRecord record = all.get(arguments);
    all.stop(record);
    all.records.forget(record.cluster_id);
    return Response{};
  });
  for (const char* name : {"pin", "unpin"})
    post(name, [](Clusters& all, const json::object& arguments) {
      all.get(arguments);  // clusters are kept for ever here, so there is nothing to pin
      return Response{};
    });
}

void add_queries(Router& router, const std::string& base, const std::shared_ptr<Clusters>& clusters) {
  router.add("GET", base + "get", [clusters](const Request& request) {
    return json_response(described(clusters->workspace, clusters->get(request.arguments())));
  });
  router.add("GET", base + "list", [clusters](const Request&) { return list_clusters(*clusters); });
  router.add("GET", base + "list-node-types", [](const Request&) { return node_types(); });
  router.add("GET", base + "spark-versions", [](const Request&) { return spark_versions(); });
  router.add("GET", base + "list-zones", [](const Request&) {
    return json_response({{"zones", {"local"}}, {"default_zone", "local"}});
  });
}

json::object library_status(ClusterRecords& records, const std::string& cluster_id) {
  json::array statuses;
  for (const ClusterLibrary& library : records.libraries(cluster_id)) {
    json::object status{
        {"library", library.library}, {"status", library.status}, {"is_library_for_all_clusters", false}};
    if (!library.messages.empty()) status["messages"] = library.messages;
    statuses.push_back(std::move(status));
  }
  json::object body{{"cluster_id", cluster_id}};
  if (!statuses.empty()) body["library_statuses"] = std::move(statuses);
  return body;
}

template <class Action>
Response for_each_library(Clusters& clusters, const json::object& arguments, Action action) {
  const ClusterRecord record = clusters.get(arguments);
  const json::array* libraries = array_field(arguments, "libraries");
  if (libraries == nullptr || libraries->empty()) throw invalid_parameter("Missing required field: libraries");
  for (const json::value& library : *libraries) {
    if (!library.is_object() || library.get_object().size() != 1)
      throw invalid_parameter(
          "A library is an object with exactly one of jar, whl, egg, requirements, pypi, maven, cran");
    action(record.cluster_id, library.get_object());
  }
  return {};
}

void add_libraries(Router& router, const std::shared_ptr<Clusters>& clusters) {
  const std::string base = "/api/2.0/libraries/";
  router.add("POST", base + "install", [clusters](const Request& request) {
    return for_each_library(*clusters, request.arguments(), [&](const std::string& id, const json::object& library) {
      clusters->records.add_library(id, library);
    });
  });
  router.add("POST", base + "uninstall", [clusters](const Request& request) {
    return for_each_library(*clusters, request.arguments(), [&](const std::string& id, const json::object& library) {
      clusters->records.set_library_status(id, library, "UNINSTALL_ON_RESTART", {});
    });
  });
  router.add("GET", base + "cluster-status", [clusters](const Request& request) {
    return json_response(library_status(clusters->records, clusters->get(request.arguments()).cluster_id));
  });
  router.add("GET", base + "all-cluster-statuses", [clusters](const Request&) {
    json::array statuses;
    for (const ClusterRecord& record : clusters->records.all())
      if (record.source != "JOB") statuses.push_back(library_status(clusters->records, record.cluster_id));
    return json_response({{"statuses", std::move(statuses)}});
  });
}

}  // namespace

void add_clusters(Router& router, Workspace& workspace, ClusterRecords& records,
                  std::function<void(const std::string&)> terminate) {
  const auto clusters = std::make_shared<Clusters>(Clusters{workspace, records, std::move(terminate)});
  for (const char* version : {"2.0", "2.1"}) {
    const std::string base = "/api/" + std::string(version) + "/clusters/";
    add_operations(router, base, clusters);
    add_queries(router, base, clusters);
  }
  add_libraries(router, clusters);
}

}  // namespace brickwork::local
