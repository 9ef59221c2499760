#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "local/resources/permission_store.h"
#include "local/router.h"
#include "local/store.h"

namespace brickwork::local {

struct ClusterPolicy {
  std::string policy_id;
  std::string name;
  std::string creator;
  std::int64_t created_at = 0;
  boost::json::object document;  // as it was sent: definition, description, libraries, max_clusters_per_user, ...

  std::string definition() const;  // a family's with the overrides, when it comes from one
};

// Cluster policies as records; any thread may call.
class Policies {
 public:
  explicit Policies(Store& store);

  std::optional<ClusterPolicy> find(const std::string& policy_id);
  ClusterPolicy get(const std::string& policy_id);  // RESOURCE_DOES_NOT_EXIST when there is none
  std::vector<ClusterPolicy> all();
  void put(const ClusterPolicy& policy);  // RESOURCE_ALREADY_EXISTS when another one has its name
  void remove(const std::string& policy_id);

 private:
  Store& store_;
};

void add_policies(Router& router, Store& store, PermissionStore& permissions, std::function<std::int64_t()> now_ms);

}  // namespace brickwork::local
