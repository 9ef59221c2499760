#include "group/clusters.h"

#include "group/keyed_array.h"
#include "group/keys.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

constexpr MemberRule kJobCluster[] = {
    {"job_cluster_key", Type::kString, true}, {"new_cluster", Type::kObject}, {"serverless_compute_id", Type::kString}};
constexpr MemberRule kSpec[] = {{"client", Type::kString},
                                {"environment_version", Type::kString},
                                {"dependencies", Type::kStrings},
                                {"java_dependencies", Type::kStrings},
                                {"base_environment", Type::kString}};
constexpr MemberRule kEnvironment[] = {{"environment_key", Type::kString, true},
                                       {.name = "spec", .type = Type::kObject, .members = kSpec}};
constexpr MemberRule kDestination[] = {{"destination", Type::kString, true}, {"region", Type::kString}};
constexpr MemberRule kInitScript[] = {{.name = "workspace", .type = Type::kObject, .members = kDestination},
                                      {.name = "volumes", .type = Type::kObject, .members = kDestination},
                                      {.name = "s3", .type = Type::kObject, .members = kDestination},
                                      {.name = "abfss", .type = Type::kObject, .members = kDestination},
                                      {.name = "gcs", .type = Type::kObject, .members = kDestination},
                                      {.name = "dbfs", .type = Type::kObject, .members = kDestination},
                                      {.name = "file", .type = Type::kObject, .members = kDestination}};
constexpr MemberRule kLogConf[] = {{.name = "volumes", .type = Type::kObject, .members = kDestination},
                                   {.name = "s3", .type = Type::kObject, .members = kDestination},
                                   {.name = "dbfs", .type = Type::kObject, .members = kDestination}};
constexpr MemberRule kDockerImage[] = {{"url", Type::kString}, {"basic_auth", Type::kObject}};
constexpr std::string_view kRuntimeEngines[] = {"STANDARD", "PHOTON"};
constexpr MemberRule kNewCluster[] = {{"num_workers", Type::kInteger, false, 0},
                                      {"autoscale", Type::kObject},
                                      {"spark_version", Type::kString},
                                      {"node_type_id", Type::kString},
                                      {"driver_node_type_id", Type::kString},
                                      {"spark_conf", Type::kObject},
                                      {"spark_env_vars", Type::kObject},
                                      {"custom_tags", Type::kObject},
                                      {.name = "init_scripts", .type = Type::kArray, .members = kInitScript},
                                      {"instance_pool_id", Type::kString},
                                      {"driver_instance_pool_id", Type::kString},
                                      {"policy_id", Type::kString},
                                      {"apply_policy_default_values", Type::kBoolean},
                                      {"cluster_name", Type::kString},
                                      {"autotermination_minutes", Type::kInteger},
                                      {"aws_attributes", Type::kObject},
                                      {"azure_attributes", Type::kObject},
                                      {"gcp_attributes", Type::kObject},
                                      {.name = "cluster_log_conf", .type = Type::kObject, .members = kLogConf},
                                      {"data_security_mode", Type::kString},
                                      {"single_user_name", Type::kString},
                                      {.name = "runtime_engine", .type = Type::kString, .values = kRuntimeEngines},
                                      {.name = "docker_image", .type = Type::kObject, .members = kDockerImage},
                                      {.name = "ssh_public_keys", .type = Type::kStrings, .most = 10},
                                      {"enable_elastic_disk", Type::kBoolean},
                                      {"enable_local_disk_encryption", Type::kBoolean},
                                      {"workload_type", Type::kObject},
                                      {"is_single_node", Type::kBoolean},
                                      {"kind", Type::kString},
                                      {"use_ml_runtime", Type::kBoolean},
                                      {"remote_disk_throughput", Type::kInteger},
                                      {"total_initial_remote_disk_size", Type::kInteger}};
constexpr MemberRule kAutoscale[] = {{"min_workers", Type::kInteger, false, 0},
                                     {"max_workers", Type::kInteger, false, 0}};

void check_autoscale(const json::object& autoscale, const Place& place, Findings& findings) {
  check_members(autoscale, kAutoscale, "autoscale", place, findings);
  const json::value* least = autoscale.if_contains("min_workers");
  const json::value* most = autoscale.if_contains("max_workers");
  if (least == nullptr || most == nullptr || !least->is_int64() || !most->is_int64()) return;
  if (least->get_int64() <= most->get_int64()) return;
  findings.error(place, "bad_autoscale", "min_workers is " + shown(*least) + ", more than max_workers, " + shown(*most),
                 "swap the two or raise max_workers");
}

bool is_true(const json::object& cluster, std::string_view member) {
  const json::value* value = cluster.if_contains(member);
  return value != nullptr && value->is_bool() && value->get_bool();
}

bool has_single_node_profile(const json::object& cluster) {
  const json::object* conf = object_in(cluster, "spark_conf");
  const json::string* profile = conf != nullptr ? string_in(*conf, "spark.databricks.cluster.profile") : nullptr;
  return profile != nullptr && *profile == "singleNode";
}

// Spark runs on the driver alone only where that is said, and nowhere else. A policy may say it, too.
void check_single_node(const json::object& cluster, const Place& place, Findings& findings) {
  const bool is_declared = is_true(cluster, "is_single_node");
  const bool is_single = is_declared || has_single_node_profile(cluster);
  const json::value* workers = cluster.if_contains("num_workers");
  const bool no_workers = workers != nullptr && workers->is_int64() && workers->get_int64() == 0;
  if (no_workers && !is_single && !has(cluster, "policy_id")) {
    findings.warning(Place(place, "num_workers"), "single_node",
                     "a cluster without workers runs Spark only when it is declared a single node",
                     "add \"is_single_node\": true and \"kind\": \"CLASSIC_PREVIEW\", or spark_conf "
                     "\"spark.databricks.cluster.profile\": \"singleNode\" and \"spark.master\": \"local[*]\"");
  }
  const bool has_workers = (workers != nullptr && workers->is_int64() && !no_workers) || has(cluster, "autoscale");
  if (is_single && has_workers) {
    findings.warning(place, "single_node", "the cluster is declared a single node, and has workers",
                     "take the workers out, or the declaration");
  }
  if (is_declared && !has(cluster, "kind")) {
    findings.warning(Place(place, "is_single_node"), "single_node",
                     "is_single_node is read only where kind is \"CLASSIC_PREVIEW\"",
                     "add \"kind\": \"CLASSIC_PREVIEW\"");
  }
}

}  // namespace

void check_new_cluster(const json::object& cluster, const Place& place, Findings& findings) {
  check_members(cluster, kNewCluster, "new_cluster", place, findings);
  check_one_of(cluster, {"num_workers", "autoscale"}, place, findings);
  if (const json::object* autoscale = object_in(cluster, "autoscale"))
    check_autoscale(*autoscale, Place(place, "autoscale"), findings);
  check_single_node(cluster, place, findings);
}

void check_job_clusters(const json::object& job, Findings& findings) {
  const KeyedArray clusters("job_clusters", "job_cluster_key", "duplicate_job_cluster", kJobCluster);
  clusters.check(job, findings, [&](const json::object& entry, std::string_view key, const Place& place) {
    if (!is_task_key(key)) {
      findings.error(Place(place, "job_cluster_key"), "bad_job_cluster_key",
                     quoted(key) + " must be 1 to 100 letters, digits, - and _", "rename the cluster");
    }
    const json::object* cluster = object_in(entry, "new_cluster");
    if (!has(entry, "new_cluster") && !has(entry, "serverless_compute_id")) {
      findings.error(place, "missing_member", "the job cluster " + quoted(key) + " has no new_cluster",
                     "add new_cluster with a spark_version and num_workers");
    }
    if (has(entry, "libraries") || (cluster != nullptr && has(*cluster, "libraries"))) {
      findings.error(place, "libraries_on_job_cluster",
                     "the job cluster " + quoted(key) + " has libraries, which Databricks refuses on a shared cluster",
                     "write them under defaults or in the tasks that need them");
    }
    if (cluster != nullptr) check_new_cluster(*cluster, Place(place, "new_cluster"), findings);
  });
  const KeyedArray environments("environments", "environment_key", "duplicate_environment", kEnvironment);
  environments.check(job, findings, [](const json::object&, std::string_view, const Place&) {});
}

}  // namespace brickwork::group
