#pragma once

#include <boost/json.hpp>

#include "group/findings.h"
#include "group/tree.h"

namespace brickwork::group {

// What is certainly wrong with the members that hold for the whole job: names, limits, clusters, parameters.
void check_job(const boost::json::object& job, Findings& findings);

// Every job_cluster_key and environment_key of tasks and defaults against what the job declares.
void check_compute_keys(const Tree& tree, Findings& findings);

inline constexpr std::size_t kMaxJsonDepth = 300;

// Values nested deeper than anything here or at Databricks reads. True when there are none.
bool check_depth(const boost::json::value& document, Findings& findings);

}  // namespace brickwork::group
