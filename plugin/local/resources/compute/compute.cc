#include "local/resources/compute/global_init_scripts.h"
#include "local/resources/compute/instance_pools.h"
#include "local/resources/compute/instance_profiles.h"
#include "local/resources/compute/policies.h"
#include "local/resources/compute/policy_families.h"
#include "local/resources/execution_resources.h"

namespace brickwork::local {

void add_compute(Router& router, Workspace& workspace, const People& people, ClusterRecords& clusters) {
  const auto now_ms = [&clock = people.clock] { return clock.now_ms(); };
  add_policies(router, workspace.store, people.permissions, now_ms);
  add_policy_families(router);
  add_instance_pools(router, workspace.store, people.permissions, clusters);
  add_instance_profiles(router, workspace.store);
  add_global_init_scripts(router, workspace.store, now_ms);
}

}  // namespace brickwork::local
