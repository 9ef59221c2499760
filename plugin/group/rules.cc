#include "group/rules.h"

#include <algorithm>

#include "group/edit_distance.h"

namespace brickwork::group {
namespace {

constexpr Rule kRules[] = {
    {"bad_autoscale"},
    {"bad_condition_op"},
    {"bad_dbt_command"},
    {"bad_default", true},
    {"bad_depends_on", true},
    {"bad_extra_job_params", true},
    {"bad_git_provider"},
    {"bad_inputs"},
    {"bad_job_cluster_key"},
    {"bad_outcome", true},
    {"bad_parameter_name"},
    {"bad_policy", true},
    {"bad_reference"},
    {"bad_run_if"},
    {"bad_severity", true},
    {"bad_source"},
    {"bad_task_key", true},
    {"bad_task_keys", true},
    {"bad_trigger_rule", true},
    {"cycle", true},
    {"depends_on_replaced"},
    {"doubtful_retry"},
    {"duplicate_dependency"},
    {"duplicate_environment"},
    {"duplicate_job_cluster"},
    {"duplicate_key", true},
    {"duplicate_parameter", true},
    {"duplicate_task_key", true},
    {"empty_group", true},
    {"empty_task_key", true},
    {"endless_retry"},
    {"fixed_rule"},
    {"for_each_nesting"},
    {"for_each_over_group", true},
    {"group_and_task", true},
    {"health_never"},
    {"input_outside_loop"},
    {"job_member_in_group"},
    {"key_collision"},
    {"key_shortened"},
    {"keys_differ_in_case"},
    {"libraries_on_job_cluster"},
    {"libraries_with_environment"},
    {"library_at_both_levels"},
    {"malformed_reference"},
    {"missing_member"},
    {"missing_task_key", true},
    {"mixed_parameters"},
    {"never_runs"},
    {"no_compute"},
    {"no_effect"},
    {"no_git_source"},
    {"no_room_for_tags"},
    {"no_such_position", true},
    {"no_task_kind"},
    {"no_task_parameters", true},
    {"not_an_object", true},
    {"one_of"},
    {"out_of_range"},
    {"outcome_without_condition", true},
    {"parameters_too_large"},
    {"plain_secret"},
    {"reference_not_upstream"},
    {"reference_out_of_place"},
    {"repair_never"},
    {"repeated_retries"},
    {"single_node"},
    {"single_task_format"},
    {"spark_submit_compute"},
    {"task_key_replaced"},
    {"tasks_replaced"},
    {"timeout_beyond_job"},
    {"too_deep", true},
    {"too_large", true},
    {"too_long"},
    {"too_many_dependencies", true},
    {"too_many_findings", true},
    {"too_many_groups", true},
    {"too_many_tasks"},
    {"trigger_rule_dropped"},
    {"two_computes"},
    {"two_task_kinds"},
    {"unknown_dependency", true},
    {"unknown_environment_key"},
    {"unknown_group_member"},
    {"unknown_job_cluster_key"},
    {"unknown_kind"},
    {"unknown_launch"},
    {"unknown_member"},
    {"unknown_parameter"},
    {"unknown_policy"},
    {"unknown_reference"},
    {"unknown_rule"},
    {"unknown_schema", true},
    {"unknown_task_path", true},
    {"unknown_task_reference"},
    {"unknown_value"},
    {"unsupported_dialect", true},
    {"unused_environment_key"},
    {"unused_job_cluster_key"},
    {"wrong_type", true},
};

static_assert(std::is_sorted(std::begin(kRules), std::end(kRules),
                             [](const Rule& left, const Rule& right) { return left.id < right.id; }));

}  // namespace

std::span<const Rule> all_rules() { return kRules; }

const Rule* find_lint_rule(std::string_view id) {
  const Rule* rule = std::lower_bound(std::begin(kRules), std::end(kRules), id,
                                      [](const Rule& one, std::string_view name) { return one.id < name; });
  return rule != std::end(kRules) && rule->id == id ? rule : nullptr;
}

const Rule* nearest_lint_rule(std::string_view id) {
  const Rule* nearest = nullptr;
  std::size_t distance = most_edits(id) + 1;
  for (const Rule& rule : kRules) {
    const std::size_t edits = edit_distance(id, rule.id, distance - 1);
    if (edits >= distance) continue;
    distance = edits;
    nearest = &rule;
  }
  return nearest;
}

}  // namespace brickwork::group
