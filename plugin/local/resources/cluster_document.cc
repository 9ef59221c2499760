#include "local/resources/cluster_document.h"

#include <unistd.h>

#include <boost/json/array.hpp>
#include <thread>

#include "local/api_error.h"
#include "local/fields.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

constexpr std::size_t kTagLimit = 45;
constexpr std::size_t kKeyLimit = 10;

std::int64_t memory_mb() { return sysconf(_SC_PHYS_PAGES) / 1024 * sysconf(_SC_PAGE_SIZE) / 1024; }

void add(std::string& findings, const std::string& finding) { findings += (findings.empty() ? "" : " ") + finding; }

void check_size(const json::object& spec, std::string& findings) {
  const auto workers = integer_field(spec, "num_workers");
  const json::object* autoscale = object_field(spec, "autoscale");
  if (workers && autoscale != nullptr) add(findings, "Only one of num_workers and autoscale can be given.");
  if (workers && (*workers < 0 || *workers > 100'000)) add(findings, "num_workers must not be negative.");
  if (autoscale == nullptr) return;
  const std::int64_t low = integer_field(*autoscale, "min_workers").value_or(0);
  const std::int64_t high = integer_field(*autoscale, "max_workers").value_or(0);
  if (low < 0 || high < low) add(findings, "autoscale.max_workers must not be less than autoscale.min_workers.");
}

void check_types(const json::object& spec) {
  for (const char* text : {"cluster_name", "node_type_id", "driver_node_type_id", "policy_id", "data_security_mode",
                           "single_user_name", "runtime_engine"})
    text_field(spec, text);
  for (const char* object : {"spark_conf", "spark_env_vars", "cluster_log_conf", "aws_attributes", "azure_attributes",
                             "gcp_attributes", "docker_image"})
    object_field(spec, object);
  array_field(spec, "init_scripts");
}

}  // namespace

json::object checked_cluster_spec(const json::object& arguments) {
  json::object spec = arguments;
  for (const char* other : {"cluster_id", "idempotency_token", "clone_from", "apply_policy_default_values"})
    spec.erase(other);
  std::string findings;
  if (!text_field(spec, "spark_version")) add(findings, "Missing required field: spark_version");
  check_types(spec);
  check_size(spec, findings);
  const std::int64_t minutes = integer_field(spec, "autotermination_minutes").value_or(0);
  if (minutes != 0 && (minutes < 10 || minutes > 10'000))
    add(findings, "autotermination_minutes must be 0 or between 10 and 10000.");
  if (const json::object* tags = object_field(spec, "custom_tags"); tags != nullptr && tags->size() > kTagLimit)
    add(findings, "A cluster can have at most 45 custom tags.");
  if (const json::array* keys = array_field(spec, "ssh_public_keys"); keys != nullptr && keys->size() > kKeyLimit)
    add(findings, "A cluster can have at most 10 SSH public keys.");
  if (!findings.empty()) throw invalid_parameter(findings);
  return spec;
}

json::object cluster_document(const Workspace& workspace, const ClusterRecord& record) {
  json::object body = record.spec;
  body["cluster_id"] = record.cluster_id;
  body["cluster_name"] = record.name;
  body["state"] = record.state;
  body["state_message"] = record.state_message;  // clients index it, so it is there even when empty
  body["cluster_source"] = record.source;
  body["creator_user_name"] = record.creator_user_name;
  body["start_time"] = record.start_time;
  body["last_activity_time"] = record.last_activity_time;
  if (record.last_restarted_time != 0) body["last_restarted_time"] = record.last_restarted_time;
  body["cluster_cores"] = static_cast<double>(std::thread::hardware_concurrency());
  body["cluster_memory_mb"] = memory_mb();
  body["default_tags"] = {{"Vendor", "Databricks"},
                          {"Creator", record.creator_user_name},
                          {"ClusterName", record.name},
                          {"ClusterId", record.cluster_id}};
  body["spec"] = record.spec;
  if (!record.pinned_by.empty()) body["pinned_by_user_name"] = record.pinned_by;
  if (record.state == "RUNNING") {
    body["driver"] = {{"node_id", "local"}, {"private_ip", "127.0.0.1"}, {"start_timestamp", record.start_time}};
    // The same for as long as the cluster runs, another one after each start.
    body["spark_context_id"] = record.start_time * 1000 + workspace.workspace_id % 1000;
  }
  if (record.state == "TERMINATED") {
    body["terminated_time"] = record.terminated_time;
    body["termination_reason"] = {
        {"code", record.termination_code}, {"type", record.termination_type}, {"parameters", json::object{}}};
    if (!record.state_message.empty())
      body["termination_reason"].as_object()["parameters"] = {{"databricks_error_message", record.state_message}};
  }
  return body;
}

}  // namespace brickwork::local
