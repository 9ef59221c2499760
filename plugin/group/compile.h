#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/status.h"

namespace brickwork::group {

// A task of the compiled job and where it came from.
struct CompiledTask {
  std::string path;      // "checks/rows", as the host sees it
  std::string task_key;  // "checks__rows", as Databricks sees it
};

// Members of `policy` that Databricks has no word for; see interfaces of the group document.
struct Policy {
  std::string launch_key;             // empty: every launch is a new run
  std::string job_identity = "name";  // or "definition", or "none": no saved job
  int repair_max_attempts = 0;
  std::vector<std::string> repair_on;  // classes of failure, "any" for all
  bool repair_dependents = true;
  std::int64_t repair_wait_ms = 10'000;
  std::int64_t repair_deadline_ms = 0;                // since the run began; 0: none
  std::int64_t repair_budget_ms = 0;                  // execution of attempts that failed; 0: any
  std::string repair_drift = "refuse";                // or "new", "restore": when the job changed since the launch
  std::int64_t cleanup_after_ms = 30 * 86'400'000LL;  // saved jobs of a definition that nobody ran for so long
  int cleanup_at_most = 2;                            // of them in one launch; 0: none
  std::string on_abandon = "leave";                   // or "cancel"
};

struct Compiled {
  boost::json::object settings;     // Jobs API 2.2 settings, ready for jobs/create; without our tag
  std::vector<CompiledTask> tasks;  // in the order of settings.tasks
  std::vector<std::string> groups;  // paths of the nested groups, outermost first
  Policy policy;
  boost::json::object run_parameters;  // values of this launch, for run-now's job_parameters
  std::string digest;                  // 32 hex characters of SHA-256 over the canonical settings
  boost::json::object run_now;         // parameters of the run that the Airflow dialect knows, as run-now takes them
  std::vector<Finding> findings;       // warnings only: errors make the result a failed one
};

// Every finding at once, errors and warnings. Pure: no clock, no network, no file.
std::vector<Finding> lint(const boost::json::value& group);

// A failed result carries all findings in its fault; the first error is the message. A document that is handed over is
// turned into the settings in place, without a copy; it keeps its memory resource, and is of no use afterwards.
Result<Compiled> compile(const boost::json::value& group);
Result<Compiled> compile(boost::json::value&& group);

}  // namespace brickwork::group
