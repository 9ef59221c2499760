#include <boost/json/array.hpp>
#include <regex>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/resources/cluster_service.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

void require_path(const json::object& library, const char* kind) {
  if (const auto path = text_field(library, kind); !path || path->empty())
    throw invalid_parameter("The path of the " + std::string(kind) + " library is missing");
}

void check_maven(const json::object& library) {
  const json::object* maven = object_field(library, "maven");
  const std::string coordinates = maven == nullptr ? "" : text_field(*maven, "coordinates").value_or("");
  static const std::regex form(R"x(^[\w.-]+:[\w.-]+(:[\w.-]+){1,3}$)x");
  if (coordinates.size() > 500 || !std::regex_match(coordinates, form))
    throw invalid_parameter("Maven coordinates have the form groupId:artifactId:version, not '" +
                            coordinates.substr(0, 500) + "'");
}

// What cannot be installed is refused when it is asked for, not when the next task waits for it.
void check_library(const json::object& library) {
  const std::string kind(library.begin()->key());
  if (kind == "jar" || kind == "whl" || kind == "requirements") return require_path(library, kind.c_str());
  if (kind == "maven") return check_maven(library);
  if (kind == "pypi") {
    const json::object* pypi = object_field(library, "pypi");
    if (pypi == nullptr || text_field(*pypi, "package").value_or("").empty())
      throw invalid_parameter("Missing required field: pypi.package");
    return;
  }
  if (kind == "egg")
    throw feature_disabled(
        "Libraries of type egg are not supported, as they are not on current runtimes: build a wheel");
  if (kind == "cran")
    throw feature_disabled("Libraries of type cran are not supported by brickwork-local: it has no R");
  throw invalid_parameter("A library of type " + kind +
                          " is none of jar, whl, requirements, pypi, maven, egg and cran");
}

json::object status_of(ClusterRecords& records, const std::string& cluster_id) {
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

std::vector<json::object> libraries_in(const Request& request) {
  const json::array* list = array_field(request.arguments(), "libraries");
  if (list == nullptr || list->empty()) throw invalid_parameter("Missing required field: libraries");
  std::vector<json::object> libraries;
  for (const json::value& library : *list) {
    if (!library.is_object() || library.get_object().size() != 1)
      throw invalid_parameter(
          "A library is an object with exactly one of jar, whl, egg, requirements, pypi, maven, cran");
    check_library(library.get_object());
    libraries.push_back(library.get_object());
  }
  return libraries;
}

Response install(ClusterService& service, const Request& request) {
  const ClusterRecord record = service.get(request, "CAN_MANAGE");
  for (const json::object& library : libraries_in(request)) service.records.add_library(record.cluster_id, library);
  if (record.state == "RUNNING") service.host.install_libraries(record.cluster_id);
  return {};
}

Response uninstall(ClusterService& service, const Request& request) {
  const ClusterRecord record = service.get(request, "CAN_MANAGE");
  for (const json::object& library : libraries_in(request)) service.records.remove_library(record.cluster_id, library);
  return {};
}

}  // namespace

void add_libraries(Router& router, const std::shared_ptr<ClusterService>& service) {
  const std::string base = "/api/2.0/libraries/";
  router.add("POST", base + "install", [service](const Request& request) { return install(*service, request); });
  router.add("POST", base + "uninstall", [service](const Request& request) { return uninstall(*service, request); });
  router.add("GET", base + "cluster-status", [service](const Request& request) {
    return json_response(status_of(service->records, service->get(request, "CAN_ATTACH_TO").cluster_id));
  });
  router.add("GET", base + "all-cluster-statuses", [service](const Request& request) {
    json::array statuses;
    for (const ClusterRecord& record : service->records.all())
      if (record.source != "JOB" && service->allows(request.caller, record.cluster_id, "CAN_ATTACH_TO"))
        statuses.push_back(status_of(service->records, record.cluster_id));
    return statuses.empty() ? Response{} : json_response({{"statuses", std::move(statuses)}});
  });
}

}  // namespace brickwork::local
