#include "local/resources/compute/policy_families.h"

#include <boost/json/array.hpp>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/jobs/page.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

constexpr PolicyFamily kFamilies[] = {
    {"personal-vm", "Personal Compute", "One machine for one user",
     R"({"num_workers": {"type": "fixed", "value": 0, "hidden": true},
         "spark_conf.spark.databricks.cluster.profile": {"type": "fixed", "value": "singleNode", "hidden": true},
         "autotermination_minutes": {"type": "unlimited", "defaultValue": 4320, "isOptional": true},
         "cluster_type": {"type": "fixed", "value": "all-purpose"}})"},
    {"shared-compute", "Shared Compute", "Compute that several users share",
     R"({"autoscale.min_workers": {"type": "range", "minValue": 1, "defaultValue": 2, "isOptional": true},
         "autoscale.max_workers": {"type": "range", "maxValue": 20, "defaultValue": 10, "isOptional": true},
         "autotermination_minutes": {"type": "unlimited", "defaultValue": 60, "isOptional": true},
         "cluster_type": {"type": "fixed", "value": "all-purpose"}})"},
    {"power-user", "Power User Compute", "Larger compute, of any number of workers",
     R"({"autotermination_minutes": {"type": "unlimited", "defaultValue": 60, "isOptional": true},
         "cluster_type": {"type": "fixed", "value": "all-purpose"}})"},
    {"job-cluster", "Job Compute", "Clusters that jobs make for themselves",
     R"({"spark_conf.spark.databricks.cluster.profile": {"type": "forbidden", "hidden": true},
         "cluster_type": {"type": "fixed", "value": "job"}})"}};

json::object described(const PolicyFamily& family) {
  return {{"policy_family_id", family.policy_family_id},
          {"name", family.name},
          {"description", family.description},
          {"definition", family.definition}};
}

Response list(const Request& request) {
  constexpr const char* kQuery = "policy-families";
  const auto total = static_cast<std::int64_t>(policy_families().size());
  const std::int64_t size = integer_field(request.arguments(), "max_results").value_or(20);
  if (size < 1 || size > 100) throw invalid_parameter("max_results must be between 1 and 100.");
  const std::int64_t from = page_offset(text_field(request.arguments(), "page_token").value_or(""), kQuery);
  json::array page;
  for (std::int64_t i = from; i < std::min(total, from + size); ++i)
    page.push_back(described(policy_families()[static_cast<std::size_t>(i)]));
  json::object body{{"policy_families", std::move(page)}};
  if (from + size < total) body["next_page_token"] = page_token({from + size}, kQuery);
  return json_response(body);
}

}  // namespace

std::span<const PolicyFamily> policy_families() { return kFamilies; }

const PolicyFamily& policy_family(std::string_view id) {
  for (const PolicyFamily& family : kFamilies)
    if (id == family.policy_family_id) return family;
  throw does_not_exist("Can't find a policy family with id: " + std::string(id) + ".");
}

void add_policy_families(Router& router) {
  router.add("GET", "/api/2.0/policy-families", list);
  router.add("GET", "/api/2.0/policy-families/{id}",
             [](const Request& request) { return json_response(described(policy_family(request.captures.at("id")))); });
}

}  // namespace brickwork::local
