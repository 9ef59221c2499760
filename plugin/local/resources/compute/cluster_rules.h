#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>

#include "local/caller.h"
#include "local/resources/cluster_records.h"
#include "local/resources/compute/instance_pools.h"
#include "local/resources/compute/instance_profiles.h"
#include "local/resources/compute/policies.h"
#include "local/resources/permission_store.h"

namespace brickwork::local {

// What policies, pools and instance profiles make of the settings of a cluster, and what they refuse. Any thread may
// call.
class ClusterRules {
 public:
  ClusterRules(Store& store, PermissionStore& permissions);

  // The settings that the cluster gets; INVALID_PARAMETER_VALUE with everything that is against its policy,
  // PERMISSION_DENIED for a policy or a pool that is not for this caller. `cluster_type` is "all-purpose" or "job".
  boost::json::object applied(const boost::json::object& asked, const Caller& caller, const char* cluster_type);
  // Whether the policy lets the caller have one more of the clusters that are not terminated.
  void require_room(const boost::json::object& spec, const Caller& caller, ClusterRecords& clusters);
  // Of the policy, for every cluster that has it.
  boost::json::array libraries(const boost::json::object& spec);

  // Settings as somebody could send them: without what came from a pool.
  static boost::json::object as_asked(boost::json::object spec);

 private:
  void apply_policy(boost::json::object& spec, const Caller& caller, const char* cluster_type);
  void apply_pools(boost::json::object& spec, const Caller& caller);
  void check_profile(const boost::json::object& spec);

  Policies policies_;
  InstancePools pools_;
  InstanceProfiles profiles_;
  PermissionStore& permissions_;
};

// Puts the rules in front of the requests that write job settings, so that a job cluster which its policy forbids is
// refused when the job is written. Called after add_jobs.
void add_job_cluster_rules(Router& router, Store& store, PermissionStore& permissions);

}  // namespace brickwork::local
