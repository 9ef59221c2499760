#include "auth/session_info.h"

#include <charconv>
#include <optional>
#include <utility>

#include "auth/check.h"
#include "rest/members.h"

namespace brickwork {
namespace {

namespace json = boost::json;

// The first runtime that speaks Spark Connect as databricks-connect does.
constexpr int kFirstRuntime = 13;

using Version = std::pair<int, int>;

// "16.4.x-scala2.12" and "16.4.2" are 16.4; what Databricks calls "custom:..." has no number.
std::optional<Version> version_of(std::string_view text) {
  Version version;
  const char* end = text.data() + text.size();
  const auto [dot, first] = std::from_chars(text.data(), end, version.first);
  if (first != std::errc()) return std::nullopt;
  if (dot != end && *dot == '.') std::from_chars(dot + 1, end, version.second);
  return version;
}

std::string shown(const Version& version) {
  return std::to_string(version.first) + "." + std::to_string(version.second);
}

Status unfit(std::string message, std::string pointer = {}) {
  return failure(Code::kFailedPrecondition, std::move(message), std::move(pointer));
}

// What the cluster must be, and the host's databricks-connect, when it says which one that is.
Status check_cluster(const json::object& cluster, const std::string& id, const std::string& client_version) {
  const std::string runtime = text_at(cluster, "spark_version");
  const std::optional<Version> version = version_of(runtime);
  if (version && version->first < kFirstRuntime) {
    return unfit("the cluster " + id + " runs " + runtime +
                     ", and Databricks Connect needs runtime 13.0 or later; give the cluster a later spark_version",
                 "/cluster_id");
  }
  const std::string mode = text_at(cluster, "data_security_mode");
  if (mode == "NONE" || mode.rfind("LEGACY", 0) == 0) {
    return unfit("the cluster " + id + " has the access mode " + mode +
                     ", and Databricks Connect needs SINGLE_USER or USER_ISOLATION (data_security_mode)",
                 "/cluster_id");
  }
  if (client_version.empty()) return Status();
  const std::optional<Version> ours = version_of(client_version);
  if (!ours)
    return failure(Code::kInvalidArgument, "client_version must be a version, such as 16.4.2", "/client_version");
  if (version && *ours > *version) {
    return unfit("databricks-connect " + client_version + " is later than the cluster's runtime " + runtime +
                     "; install databricks-connect==" + shown(*version) + ".* or use a cluster of runtime " +
                     shown(*ours),
                 "/client_version");
  }
  return Status();
}

std::string name_of(const std::string& origin) { return origin.substr(origin.find("://") + 3); }

std::string connection_string(const std::string& host, std::string_view token, const std::string& cluster_id) {
  std::string name = name_of(host);
  if (name.rfind(':') == name.npos || name.back() == ']') name += host.rfind("https", 0) == 0 ? ":443" : ":80";
  std::string text = "sc://" + name + "/;";
  if (host.rfind("https", 0) == 0) text += "use_ssl=true;";
  text.append("token=").append(token);
  if (!cluster_id.empty()) text += ";x-databricks-cluster-id=" + cluster_id;
  return text;
}

}  // namespace

Task<Result<json::object>> session_info(Context& context, RestClient& client, Credential& credential,
                                        const Login& login, json::object request) {
  std::string cluster_id = text_at(request, "cluster_id");
  std::string serverless = text_at(request, "serverless_compute_id");
  if (cluster_id.empty() && serverless.empty()) {
    serverless = login.value("serverless_compute_id");
    if (serverless.empty()) cluster_id = login.value("cluster_id");
  }
  if (cluster_id.empty() && serverless.empty()) {
    co_return failure(Code::kInvalidArgument,
                      "cluster_id (DATABRICKS_CLUSTER_ID) or serverless_compute_id, such as \"auto\", says where the "
                      "session runs",
                      "/cluster_id");
  }
  json::object document;
  if (!cluster_id.empty()) {
    RestRequest asked;
    asked.path = "/api/2.1/clusters/get";
    asked.query = {{"cluster_id", cluster_id}};
    Task<Result<RestResponse>> asking = client.send(context, std::move(asked));
    const Result<RestResponse> answer = co_await asking;
    if (!answer.ok()) co_return answer.status();
    const json::object& cluster = object_or_none(answer.value().body);
    const Status fits = check_cluster(cluster, cluster_id, text_at(request, "client_version"));
    if (!fits.ok()) co_return fits;
    document["spark_version"] = text_at(cluster, "spark_version");
    document["state"] = text_at(cluster, "state");
    if (const std::optional<Version> version = version_of(text_at(cluster, "spark_version")))
      document["databricks_connect"] = shown(*version) + ".*";
  }
  Task<Result<Headers>> proving = credential.headers(context);
  const Result<Headers> proof = co_await proving;
  if (!proof.ok()) co_return proof.status();
  json::object headers;
  constexpr std::string_view kBearer = "Bearer ";
  for (const auto& [name, value] : proof.value()) {
    headers[name] = value;
    if (name == "Authorization" && value.rfind(kBearer, 0) == 0) {
      document["connection_string"] =
          connection_string(client.options().host, std::string_view(value).substr(kBearer.size()), cluster_id);
    }
  }
  if (!cluster_id.empty()) headers["x-databricks-cluster-id"] = cluster_id;
  document["host"] = client.options().host;
  document["auth_type"] = credential.auth_type();
  document["headers"] = std::move(headers);
  document["expires_at_ms"] = expiry_of(credential, context.loop());
  document["cluster_id"] = cluster_id.empty() ? json::value(nullptr) : json::value(cluster_id);
  document["serverless_compute_id"] = serverless.empty() ? json::value(nullptr) : json::value(serverless);
  co_return document;
}

}  // namespace brickwork
