#include "group/job.h"

#include <span>

#include "group/clusters.h"
#include "group/job_members.h"
#include "group/keyed_array.h"
#include "group/members.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

using job_members::kJob;

constexpr MemberRule kParameter[] = {{"name", Type::kString, true}, {"default", Type::kScalar}};
constexpr std::string_view kPrincipals[] = {"user_name", "service_principal_name", "group_name"};
constexpr std::size_t kMaxTags = 25;
constexpr std::size_t kLaunchTags = 2;
constexpr std::size_t kMaxParameterBytes = 10'000;

bool is_parameter_name(std::string_view name) {
  if (name.empty()) return false;
  for (char c : name) {
    const bool good =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
    if (!good) return false;
  }
  return true;
}

void check_parameters(const json::object& job, Findings& findings) {
  std::size_t bytes = 2;
  const KeyedArray parameters("parameters", "name", "duplicate_parameter", kParameter);
  parameters.check(job, findings, [&](const json::object& entry, std::string_view name, const Place& place) {
    if (!is_parameter_name(name)) {
      findings.error(Place(place, "name"), "bad_parameter_name",
                     quoted(name) + " may hold only letters, digits, _, - and . and may not be empty",
                     "rename the parameter");
    }
    const json::value* value = entry.if_contains("default");
    bytes += json::serialize(json::string(name)).size() + 2;
    if (value != nullptr) bytes += json::serialize(*value).size();
  });
  if (bytes <= kMaxParameterBytes) return;
  const Place root;
  findings.error(Place(root, "parameters"), "parameters_too_large",
                 "the job parameters take " + std::to_string(bytes) + " bytes as JSON, the limit of a run is 10000",
                 "hand over the name of a file or table that holds the values");
}

// A launch adds two tags by which it knows the job again; a job that is only compiled has room for all.
void check_tags(const json::object& job, Findings& findings) {
  const json::object* tags = object_in(job, "tags");
  if (tags == nullptr || tags->size() + kLaunchTags <= kMaxTags) return;
  const Place root;
  const std::string count = "there are " + std::to_string(tags->size()) + " tags, the limit is 25";
  if (tags->size() > kMaxTags) {
    findings.error(Place(root, "tags"), "out_of_range", count, "take some out");
  } else {
    findings.warning(Place(root, "tags"), "no_room_for_tags", count + ", and a launch adds two",
                     "keep 23 tags for a job that is launched from here");
  }
}

// Each of them is one person, group or service.
void check_principals(const json::object& job, Findings& findings) {
  const Place root;
  if (const json::object* run_as = object_in(job, "run_as"))
    check_exactly_one_of(*run_as, kPrincipals, "run_as", Place(root, "run_as"), findings);
  const json::array* list = array_in(job, "access_control_list");
  if (list == nullptr) return;
  const Place place(root, "access_control_list");
  for (std::size_t i = 0; i < list->size(); ++i) {
    if (const json::object* entry = (*list)[i].if_object())
      check_exactly_one_of(*entry, kPrincipals, "the entry", Place(place, i), findings);
  }
}

// The outermost group waits for nothing; as a text, its depends_on says which dependencies the job is to have.
void check_members_of_nested_groups(const json::object& job, Findings& findings) {
  const Place root;
  const json::string* dialect = string_in(job, "dialect");
  const bool is_airflow = dialect != nullptr && *dialect == "airflow";
  for (std::string_view member : {"depends_on", "run_if", "prefix_keys"}) {
    if (!has(job, member) || (is_airflow && member == "prefix_keys")) continue;  // that is of task ids then, too
    const json::string* option = member == "depends_on" ? string_in(job, member) : nullptr;
    if (option == nullptr) {
      findings.warning(Place(root, member), "no_effect",
                       std::string(member) + " has no effect in the outermost group: there is nothing beside it",
                       "write it in a task or in a nested group");
    } else if (*option != "direct" && *option != "reduced") {
      findings.error(Place(root, member), "bad_depends_on",
                     "depends_on of the outermost group is " + quoted(*option) + ", known are direct and reduced",
                     "write \"reduced\" to leave out dependencies that follow from others, or leave it out");
    }
  }
}

}  // namespace

void check_job(const json::object& job, Findings& findings) {
  const Place root;
  check_members(job, kJob, "the group", root, findings);
  const json::string* schema = string_in(job, "schema");
  if (schema != nullptr && *schema != "group/1") {
    findings.error(Place(root, "schema"), "unknown_schema", "schema is " + quoted(*schema) + ", known is \"group/1\"",
                   "write group/1 or leave it out");
  }
  const json::string* dialect = string_in(job, "dialect");
  if (dialect != nullptr && *dialect != "databricks" && *dialect != "airflow") {
    findings.error(Place(root, "dialect"), "unsupported_dialect",
                   "dialect is " + quoted(*dialect) + ", known are \"databricks\" and \"airflow\"",
                   "leave dialect out: then the rules of group/1 hold");
  }
  check_members_of_nested_groups(job, findings);
  check_tags(job, findings);
  check_parameters(job, findings);
  check_job_clusters(job, findings);
  check_principals(job, findings);
  check_one_of(job, {"schedule", "continuous", "trigger"}, root, findings);
  if (const json::value* runs = job.if_contains("max_concurrent_runs"); runs != nullptr && *runs == json::value(0)) {
    findings.warning(Place(root, "max_concurrent_runs"), "never_runs",
                     "max_concurrent_runs is 0, so every new run is skipped", "write 1, or leave it out");
  }
  for (std::string_view member : {"notebook_task", "spark_python_task", "spark_jar_task", "spark_submit_task"}) {
    if (!has(job, member)) continue;
    findings.error(Place(root, member), "single_task_format",
                   std::string(member) + " stands beside the tasks, as in version 2.0 of the Jobs API",
                   "write {\"task_key\": ..., \"" + std::string(member) + "\": ...} under tasks");
  }
}

}  // namespace brickwork::group
