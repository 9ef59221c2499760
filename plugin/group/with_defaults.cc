#include "group/with_defaults.h"

#include <algorithm>

#include "group/inheritance.h"
#include "group/libraries.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

std::int64_t integer_of(const json::value* value) {
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

bool is_there(const json::value* value) { return value != nullptr && !value->is_null(); }

// What the tasks of one group inherit, looked up once for all of them.
struct Inherited {
  bool has_compute = false;
  bool has_environment = false;
  const json::array* libraries = nullptr;
  std::int64_t max_retries = 0;
  std::int64_t timeout_seconds = 0;

  explicit Inherited(const json::object* defaults) {
    if (defaults == nullptr) return;
    has_environment = has(*defaults, "environment_key");
    has_compute = compute_of(*defaults) == Compute::kChosen;
    libraries = array_in(*defaults, "libraries");
    max_retries = integer_of(defaults->if_contains("max_retries"));
    timeout_seconds = integer_of(defaults->if_contains("timeout_seconds"));
  }
};

// A kind that runs on a cluster or in an environment and is given neither by Databricks. A notebook is: serverless.
bool needs_compute(const Kind& kind) {
  return kind.runs_on == RunsOn::kNewCluster || (kind.runs_on == RunsOn::kCluster && kind.member != "notebook_task");
}

class Checker {
 public:
  Checker(const Tree& tree, const Policy& policy, Findings& findings) : policy_(policy), findings_(findings) {
    job_timeout_ = integer_of(tree.groups().front().object->if_contains("timeout_seconds"));
    repairs_user_code_ = policy.repair_max_attempts > 0 &&
                         std::any_of(policy.repair_on.begin(), policy.repair_on.end(),
                                     [](const std::string& on) { return on == "user_code" || on == "any"; });
  }

  void check(const Kind* kind, const TaskChoices& task, const Inherited& inherited, const Place& place) {
    runs_on_compute_ = runs_on_compute_ || kind == nullptr || kind->runs_on != RunsOn::kNothing;
    if (kind == nullptr) return;
    if (needs_compute(*kind) && task.computes == 0) check_compute(*kind, task, inherited, place);
    if (kind->runs_on == RunsOn::kCluster && task.libraries != nullptr) check_libraries(task, inherited, place);
    if (!kind->attempts) return;
    check_timeout(task, inherited, place);
    check_retries(*kind, task, inherited, place);
  }

  void check_health(const json::value& health, std::int64_t timeout, const Place& place) {
    const json::object* object = health.if_object();
    const json::array* rules = object != nullptr ? array_in(*object, "rules") : nullptr;
    if (rules == nullptr || timeout <= 0) return;
    const Place rules_place(place, "rules");
    for (std::size_t i = 0; i < rules->size(); ++i) {
      const json::object* rule = (*rules)[i].if_object();
      const json::string* metric = rule != nullptr ? string_in(*rule, "metric") : nullptr;
      if (metric == nullptr || *metric != "RUN_DURATION_SECONDS") continue;
      const std::int64_t seconds = integer_of(rule->if_contains("value"));
      if (seconds < timeout) continue;
      const Place rule_place(rules_place, i);
      findings_.warning(Place(rule_place, "value"), "health_never",
                        "nobody is warned after " + std::to_string(seconds) + " s, because the timeout ends it after " +
                            std::to_string(timeout) + " s",
                        "warn earlier than timeout_seconds");
    }
  }

  void check_job(const json::object& job) {
    const Place root;
    if (const json::value* health = job.if_contains("health"))
      check_health(*health, job_timeout_, Place(root, "health"));
    check_repair(root);
  }

  // What defaults say is judged once where they say it, not in each task below.
  void check_defaults(const json::object& defaults, const Place& place) {
    check_against_job(integer_of(defaults.if_contains("timeout_seconds")), place);
    const json::array* libraries = array_in(defaults, "libraries");
    if (libraries != nullptr && !libraries->empty() && has(defaults, "environment_key")) report_libraries(place);
  }

 private:
  void check_repair(const Place& root) {
    if (policy_.repair_max_attempts <= 0 || policy_.repair_on.empty()) return;
    const Place policy_place(root, "policy");
    const Place repair(policy_place, "repair");
    const bool only_clusters = std::all_of(policy_.repair_on.begin(), policy_.repair_on.end(),
                                           [](const std::string& on) { return on == "cluster" || on == "library"; });
    if (only_clusters && !runs_on_compute_) {
      findings_.warning(Place(repair, "on"), "repair_never",
                        "only failures of clusters and their libraries are repaired, and no task runs on a cluster",
                        "add \"platform\" or \"user_code\", or take the repair out");
    }
    if (policy_.repair_deadline_ms > 0 && policy_.repair_wait_ms >= policy_.repair_deadline_ms) {
      findings_.warning(
          Place(repair, "deadline_ms"), "repair_never",
          "a repair waits " + std::to_string(policy_.repair_wait_ms) + " ms, and by then the deadline has passed",
          "give it more time than wait_ms, counted from the begin of the run");
    }
  }

  void check_compute(const Kind& kind, const TaskChoices& task, const Inherited& inherited, const Place& place) {
    const bool inherits = kind.runs_on == RunsOn::kCluster && inherited.has_compute && !task.refuses_compute;
    if (inherits) return;
    const bool on_new_cluster = kind.runs_on == RunsOn::kNewCluster;
    if (on_new_cluster && inherited.has_compute) return;  // a new_cluster of the defaults, or another finding's affair
    findings_.warning(
        place, "no_compute",
        "nothing says where the " + std::string(kind.member) + " is to run, and only notebooks run without",
        on_new_cluster ? "add a new_cluster"
                       : "add an environment_key, job_cluster_key, existing_cluster_id or new_cluster");
  }

  void check_libraries(const TaskChoices& task, const Inherited& inherited, const Place& place) {
    const bool inherits_environment = inherited.has_environment && task.computes == 0 && !task.refuses_compute;
    const bool has_environment = task.environment_key != nullptr || inherits_environment;
    if (!has_environment && inherited.libraries == nullptr) return;
    const json::array* own = task.libraries->if_array();
    if (own == nullptr || own->empty()) return;
    if (inherited.libraries != nullptr)
      check_library_levels(*own, *inherited.libraries, Place(place, "libraries"), findings_);
    if (has_environment) report_libraries(place);
  }

  void report_libraries(const Place& place) {
    findings_.warning(Place(place, "libraries"), "libraries_with_environment",
                      "the task runs in an environment, where Databricks takes no libraries",
                      "write them as dependencies in the spec of the environment");
  }

  void check_timeout(const TaskChoices& task, const Inherited& inherited, const Place& place) {
    if (task.timeout_seconds.has_value()) check_against_job(*task.timeout_seconds, place);
    if (!is_there(task.health)) return;
    const std::int64_t timeout = task.timeout_seconds.value_or(inherited.timeout_seconds);
    check_health(*task.health, timeout, Place(place, "health"));
  }

  void check_against_job(std::int64_t seconds, const Place& place) {
    if (job_timeout_ <= 0 || seconds <= job_timeout_) return;
    findings_.warning(Place(place, "timeout_seconds"), "timeout_beyond_job",
                      "timeout_seconds is " + std::to_string(seconds) + ", but the job ends after " +
                          std::to_string(job_timeout_) + " s",
                      "shorten it, or give the job more time");
  }

  void check_retries(const Kind& kind, const TaskChoices& task, const Inherited& inherited, const Place& place) {
    const std::int64_t retries = task.max_retries.value_or(inherited.max_retries);
    if (retries == 0 || retries < -1) return;
    const Place own(place, "max_retries");
    const Place& where = task.max_retries.has_value() ? own : place;
    if (kind.member == "run_job_task") {
      findings_.warning(where, "doubtful_retry",
                        "each retry starts another run of that job, and what the failed one did is done again",
                        "retry inside that job, where the task that failed is known");
    }
    if (retries < 0 && job_timeout_ <= 0) {
      findings_.warning(where, "endless_retry",
                        "the task is retried for ever, and nothing ends the job: it has no timeout_seconds",
                        "limit max_retries, or give the job a timeout_seconds");
    } else if (repairs_user_code_) {
      findings_.warning(where, "repeated_retries",
                        "each repair of the policy runs all retries again: " + attempts(retries),
                        "leave workload failures to max_retries, or to the repair");
    }
  }

  std::string attempts(std::int64_t retries) const {
    if (retries < 0) return "there is no end to them";
    return std::to_string((retries + 1) * (policy_.repair_max_attempts + 1)) + " attempts in all";
  }

  const Policy& policy_;
  Findings& findings_;
  std::int64_t job_timeout_ = 0;
  bool repairs_user_code_ = false;
  bool runs_on_compute_ = false;
};

}  // namespace

void check_with_defaults(const Tree& tree, std::span<const TaskChoices> choices, const Defaults& defaults,
                         const Policy& policy, Findings& findings) {
  Checker checker(tree, policy, findings);
  std::vector<Inherited> inherited;
  inherited.reserve(tree.groups().size());
  for (std::uint32_t i = 0; i < tree.groups().size(); ++i) {
    const GroupNode& group = tree.groups()[i];
    const json::object* own = object_in(*group.object, "defaults");
    if (own == nullptr && i > 0) {
      inherited.push_back(inherited[group.parent]);
    } else {
      inherited.emplace_back(defaults.of(i));
    }
    if (own != nullptr) checker.check_defaults(*own, Place(group.place, "defaults"));
  }
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const TaskNode& task = tree.tasks()[i];
    const Place place = tree.place(task);
    const Kind* kind = task.members.kind;
    checker.check(kind, choices[i], inherited[task.group], place);
    if (kind == nullptr || kind->member != "for_each_task") continue;
    const json::object* loop = task.members.kind_value->if_object();
    const json::object* repeated = loop != nullptr ? object_in(*loop, "task") : nullptr;
    if (repeated == nullptr) continue;
    const Place loop_place(place, kind->member);
    checker.check(kind_of(*repeated), choices_of(*repeated), inherited[task.group], Place(loop_place, "task"));
  }
  checker.check_job(*tree.groups().front().object);
}

}  // namespace brickwork::group
