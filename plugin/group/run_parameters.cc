#include "group/run_parameters.h"

#include <algorithm>

namespace brickwork::group {
namespace {

namespace json = boost::json;

// Databricks refuses them in a run of a job that has parameters.
constexpr std::string_view kLegacy[] = {"notebook_params",     "jar_params", "python_params", "python_named_params",
                                        "spark_submit_params", "sql_params", "dbt_commands"};

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

  const Tree& tree_;
  Findings& findings_;
  bool has_parameters_ = false;
  bool is_airflow_ = false;
};

}  // namespace

void check_run_parameters(const Tree& tree, Findings& findings) { Checker(tree, findings).run(); }

}  // namespace brickwork::group
