#include "group/kind_fit.h"

#include "group/task.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

bool is_retry(std::string_view member) {
  return member == "max_retries" || member == "min_retry_interval_millis" || member == "retry_on_timeout";
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
  if (kind.runs_on != RunsOn::kCluster || !has(task, "environment_key")) return;
  const json::array* libraries = array_in(task, "libraries");
  if (libraries == nullptr || libraries->empty()) return;
  findings.warning(Place(place, "libraries"), "libraries_with_environment",
                   "the task runs in an environment, where Databricks takes no libraries",
                   "write them as dependencies in the spec of the environment");
}

}  // namespace brickwork::group
