#include "group/run_parameters.h"

#include <algorithm>

namespace brickwork::group {
namespace {

namespace json = boost::json;

// Databricks refuses them in a run of a job that has parameters, and in one that is given job parameters.
constexpr std::string_view kLegacy[] = {"notebook_params",     "jar_params", "python_params", "python_named_params",
                                        "spark_submit_params", "sql_params", "dbt_commands"};
constexpr std::size_t kMaxBytes = 10'000;

bool is_filled(const json::object& object, std::string_view member) {
  const json::value* value = object.if_contains(member);
  if (value == nullptr || !value->is_structured()) return false;
  return value->is_object() ? !value->get_object().empty() : !value->get_array().empty();
}

class Checker {
 public:
  Checker(const Tree& tree, Findings& findings) : tree_(tree), findings_(findings) {}

  void run() {
    const json::object& job = *tree_.groups().front().object;
    const json::object* launch = object_in(job, "launch");
    has_parameters_ = is_filled(job, "parameters") || (launch != nullptr && is_filled(*launch, "task_parameters"));
    const Place root;
    const json::string* dialect = string_in(job, "dialect");
    is_airflow_ = dialect != nullptr && *dialect == "airflow";
    check_legacy(job, root);
    if (launch != nullptr) check_launch(*launch, Place(root, "launch"));
    for (const TaskNode& task : tree_.tasks()) {
      const Kind* kind = task.members.kind;
      const json::object* object = kind != nullptr ? task.members.kind_value->if_object() : nullptr;
      if (object != nullptr) check_task(kind->member, *object, tree_.place(task));
    }
  }

 private:
  void check_launch(const json::object& launch, const Place& place) {
    constexpr MemberRule kLaunch[] = {{"task_parameters", Type::kObject}};
    check_members(launch, kLaunch, "launch", place, findings_, Spelling::kUnchecked);
    check_legacy(launch, place);
    for (const auto& [name, value] : launch) {
      const std::string_view member = name;
      if (member == "task_parameters" || std::find(std::begin(kLegacy), std::end(kLegacy), member) != std::end(kLegacy))
        continue;
      findings_.warning(Place(place, member), "unknown_launch",
                        quoted(member) + " means nothing here, known is task_parameters",
                        "check the spelling or take it out; values of job parameters go with the request");
    }
  }

  void check_legacy(const json::object& object, const Place& place) {
    for (std::string_view member : kLegacy) {
      // In the Airflow dialect they are members of the outermost group and go to the run, filled or not.
      if (is_airflow_ ? !is_filled(object, member) || !has_parameters_ : !has(object, member)) continue;
      const Place member_place(place, member);
      if (has_parameters_) {
        findings_.error(member_place, "mixed_parameters",
                        std::string(member) +
                            " is for runs of a job without parameters: Databricks refuses a run of "
                            "this one that has any",
                        fix_of(member));
      } else {
        findings_.warning(member_place, "no_effect",
                          std::string(member) + " is for one run, and means nothing in the settings of a job",
                          fix_of(member));
      }
    }
  }

  static std::string fix_of(std::string_view member) {
    if (member == "dbt_commands") return "write the commands in the dbt_task";
    return "write it under defaults, or for one launch the values of each task under launch.task_parameters";
  }

  void check_task(std::string_view kind, const json::object& task, const Place& place) {
    const Place kind_place(place, kind);
    if (kind == "run_job_task") {
      check_run_job(task, kind_place);
    } else if (kind == "for_each_task") {
      const json::object* repeated = object_in(task, "task");
      const json::object* run_job = repeated != nullptr ? object_in(*repeated, "run_job_task") : nullptr;
      if (run_job == nullptr) return;
      const Place repeated_place(kind_place, "task");
      check_run_job(*run_job, Place(repeated_place, "run_job_task"));
    }
  }

  void check_run_job(const json::object& run_job, const Place& place) {
    const bool has_job_parameters = is_filled(run_job, "job_parameters");
    for (std::string_view member : kLegacy) {
      if (!has(run_job, member)) continue;
      check_bytes(run_job, member, place);
      if (!has_job_parameters) continue;
      findings_.error(Place(place, member), "mixed_parameters",
                      std::string(member) + " stands beside job_parameters, and Databricks refuses a run with both",
                      "keep job_parameters; the tasks of that job read them by {{job.parameters.<name>}}");
    }
    check_bytes(run_job, "job_parameters", place);
  }

  void check_bytes(const json::object& run_job, std::string_view member, const Place& place) {
    if (!is_filled(run_job, member)) return;
    const std::size_t bytes = json::serialize(run_job.at(member)).size();
    if (bytes <= kMaxBytes) return;
    findings_.error(
        Place(place, member), "parameters_too_large",
        std::string(member) + " takes " + std::to_string(bytes) + " bytes as JSON, the limit of a run is 10000",
        "hand over the name of a file or table that holds the values");
  }

  const Tree& tree_;
  Findings& findings_;
  bool has_parameters_ = false;
  bool is_airflow_ = false;
};

}  // namespace

void check_run_parameters(const Tree& tree, Findings& findings) { Checker(tree, findings).run(); }

}  // namespace brickwork::group
