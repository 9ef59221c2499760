#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>

#include "group/findings.h"
#include "group/kinds.h"

namespace brickwork::group {

// What every later step needs to know of one task object, found in one walk over its members. A large document no
// longer fits the processor's cache, so that is also what spares a step from looking into the task again.
struct TaskMembers {
  const Kind* kind = nullptr;                      // null: none, or one that only Databricks knows
  const boost::json::value* kind_value = nullptr;  // of the first `*_task` member
  const boost::json::value* depends_on = nullptr;
  std::uint32_t most_parameter_bytes = 0;  // that the base_parameters of a notebook can take as JSON
  bool has_braces = false;                 // somewhere in a text of its kind: it may refer to something
};

// What a task chooses that is judged together with what it inherits.
struct TaskChoices {
  const boost::json::string* job_cluster_key = nullptr;
  const boost::json::string* environment_key = nullptr;
  // As the task says them, null included, by which it refuses what it would inherit.
  const boost::json::value* libraries = nullptr;
  const boost::json::value* health = nullptr;
  const boost::json::value* new_cluster = nullptr;
  std::optional<std::int64_t> max_retries;  // 0 for what is no number
  std::optional<std::int64_t> timeout_seconds;
  std::uint8_t computes = 0;     // compute choices that it makes
  bool refuses_compute = false;  // one of them is null
};

// The task_key, or null after a finding.
const boost::json::string* read_task_key(const boost::json::object& task, const Place& place, Findings& findings);

// Reads one task object and reports what is wrong with it alone; its neighbours are other files' affair.
struct ReadTask {
  TaskMembers members;
  TaskChoices choices;
};
ReadTask read_task_members(const boost::json::object& task, const Place& place, Findings& findings);

// The choices alone; nothing is reported.
TaskChoices choices_of(const boost::json::object& task);

// What `defaults` may say for the tasks below it.
void check_defaults(const boost::json::object& defaults, const Place& place, Findings& findings);

bool is_compute_choice(std::string_view member);

// A run_if that Databricks knows; reports any other string.
void check_run_if(const boost::json::value& run_if, const Place& place, Findings& findings);

}  // namespace brickwork::group
