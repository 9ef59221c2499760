#pragma once

#include <boost/json.hpp>

#include "group/findings.h"
#include "group/kinds.h"

namespace brickwork::group {

// What the other steps need to know of one task object, found in one walk over its members.
struct TaskMembers {
  const Kind* kind = nullptr;                      // null: none, or one that only Databricks knows
  const boost::json::value* kind_value = nullptr;  // of the first `*_task` member
  const boost::json::value* depends_on = nullptr;
  const boost::json::string* job_cluster_key = nullptr;
  const boost::json::string* environment_key = nullptr;
  // As the task says them, null included, by which it refuses what it would inherit.
  const boost::json::value* libraries = nullptr;
  const boost::json::value* max_retries = nullptr;
  const boost::json::value* timeout_seconds = nullptr;
  const boost::json::value* health = nullptr;
  const boost::json::value* new_cluster = nullptr;
  std::uint8_t computes = 0;     // compute choices that it makes
  bool refuses_compute = false;  // one of them is null
};

// The task_key, or null after a finding.
const boost::json::string* read_task_key(const boost::json::object& task, const Place& place, Findings& findings);

// Reads one task object and reports what is wrong with it alone; its neighbours are other files' affair.
TaskMembers read_task_members(const boost::json::object& task, const Place& place, Findings& findings);

// What `defaults` may say for the tasks below it.
void check_defaults(const boost::json::object& defaults, const Place& place, Findings& findings);

bool is_compute_choice(std::string_view member);

// A run_if that Databricks knows; reports any other string.
void check_run_if(const boost::json::value& run_if, const Place& place, Findings& findings);

}  // namespace brickwork::group
