#include "group/kind_fit.h"

#include "group/task.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

bool is_retry(std::string_view member) {
  return member == "max_retries" || member == "min_retry_interval_millis" || member == "retry_on_timeout";
}

// Databricks starts a cluster for the one submission, and hands it what the parameters say and nothing else.
void check_spark_submit(const json::object& task, const Place& place, Findings& findings) {
  for (std::string_view member : {"existing_cluster_id", "job_cluster_key", "environment_key", "libraries"}) {
    if (!has(task, member)) continue;
    findings.error(Place(place, member), "spark_submit_compute",
                   "a spark_submit_task has " + std::string(member) + ", but it runs on a new_cluster of its own",
                   member == "libraries" ? "name them in its parameters, as --jars and --packages"
                                         : "write a new_cluster, or make it a spark_jar_task");
  }
  const json::object* cluster = object_in(task, "new_cluster");
  if (cluster == nullptr || !has(*cluster, "spark_conf")) return;
  const Place cluster_place(place, "new_cluster");
  findings.error(Place(cluster_place, "spark_conf"), "spark_submit_compute",
                 "the cluster of a spark_submit_task has a spark_conf, which it does not read",
                 "write it into the parameters, as --conf name=value");
}

// On a warehouse there is neither a cluster nor an environment.
void check_warehouse(const json::object& task, const json::object& notebook, const Place& place, Findings& findings) {
  if (!has(notebook, "warehouse_id")) return;
  for (const auto& [name, value] : task) {
    if (value.is_null() || !is_compute_choice(name)) continue;
    findings.error(Place(place, name), "two_computes",
                   std::string(name) + " stands beside the warehouse_id of the notebook, Databricks takes one of them",
                   "keep one of them");
  }
}

}  // namespace

void check_fit(const json::object& task, const Kind& kind, const Place& place, Findings& findings) {
  const bool is_loop = kind.member == "for_each_task";
  const bool is_condition = kind.member == "condition_task";
  for (const auto& [name, value] : task) {
    const std::string_view member = name;
    if (value.is_null()) continue;
    const bool no_compute = kind.runs_on == RunsOn::kNothing && (is_compute_choice(member) || member == "libraries");
    if (!no_compute && !(is_retry(member) && is_condition)) continue;
    findings.warning(Place(place, member), "no_effect",
                     std::string(member) + " has no effect on a " + std::string(kind.member) +
                         (no_compute ? ", which runs on no cluster" : ", which is decided once"),
                     is_loop ? "write it in the task that is repeated" : "take it out");
  }
  if (kind.member == "notebook_task") {
    if (const json::object* notebook = object_in(task, kind.member)) check_warehouse(task, *notebook, place, findings);
  }
  if (kind.runs_on == RunsOn::kNewCluster) check_spark_submit(task, place, findings);
}

}  // namespace brickwork::group
