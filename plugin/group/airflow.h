#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "group/compile.h"
#include "group/findings.h"
#include "group/tree.h"

namespace brickwork::group {

// "dialect": "airflow". Such a document compiles to what Airflow's own Databricks provider (7.23.0) would send for the
// same task group. It is compiled in the same steps as every other one: its words are first written in those of
// group/1, and what the provider adds is added to the finished settings. The members that only the dialect has stay
// where they are in between, so that each step finds them and findings keep their order.
bool speaks_airflow(const boost::json::value& document);

// Before the document is read. Members of task_config and extra_job_params are moved to where group/1 has them; a null
// remains in their place, by which airflow_pointer knows where they came from.
void translate_airflow(boost::json::object& job, Findings& findings);

// As keys_of, with databricks_task_key and the md5 keys of "task_keys": "md5".
std::vector<CompiledTask> airflow_keys_of(const Tree& tree, Findings& findings);

// A depends_on inside task_config stands for the one beside it, and names Databricks' keys.
void check_airflow_dependencies(const Tree& tree, const std::vector<CompiledTask>& tasks, Findings& findings);

// Gives the settings what the provider always writes, and takes out what only the dialect has. What the provider would
// hand to run-now is returned.
boost::json::object finish_airflow(boost::json::object& settings);

// Where the value at that pointer of a translated document was before.
std::string airflow_pointer(const boost::json::object& job, const std::string& pointer);

}  // namespace brickwork::group
