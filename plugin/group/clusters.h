#pragma once

#include <boost/json.hpp>

#include "group/findings.h"

namespace brickwork::group {

// `job_clusters` and `environments` of the job.
void check_job_clusters(const boost::json::object& job, Findings& findings);

// One `new_cluster`, of the job, of a task or of defaults.
void check_new_cluster(const boost::json::object& cluster, const Place& place, Findings& findings);

}  // namespace brickwork::group
