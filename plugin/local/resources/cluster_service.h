#pragma once

#include <string>

#include "local/caller.h"
#include "local/resources/cluster_host.h"
#include "local/resources/cluster_records.h"
#include "local/resources/compute/cluster_rules.h"
#include "local/resources/permission_store.h"
#include "local/resources/secret_store.h"
#include "local/router.h"

namespace brickwork::local {

// What the requests about clusters and their libraries share.
struct ClusterService {
  Workspace& workspace;
  ClusterRecords& records;
  ClusterHost& host;
  PermissionStore& permissions;
  UserStore& users;
  SecretStore& secrets;
  ClusterRules& rules;
  std::function<std::int64_t()> now_ms;

  // The cluster that a request names, if its caller has the level; who may not see it does not learn whether it is
  // there.
  ClusterRecord get(const Request& request, const std::string& level);
  bool allows(const Caller& caller, const std::string& cluster_id, const std::string& level);
};

Response list_clusters(ClusterService& service, const Request& request);
Response list_events(ClusterService& service, const Request& request);
void add_cluster_catalog(Router& router, const std::string& base);
void add_libraries(Router& router, const std::shared_ptr<ClusterService>& service);

}  // namespace brickwork::local
