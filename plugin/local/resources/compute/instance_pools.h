#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <vector>

#include "local/resources/cluster_records.h"
#include "local/resources/permission_store.h"
#include "local/router.h"
#include "local/store.h"

namespace brickwork::local {

struct InstancePool {
  std::string instance_pool_id;
  std::string name;
  std::string creator;
  boost::json::object settings;

  std::string node_type_id() const;
};

// Instance pools as records: no machine waits in one, and clusters take its node type. Any thread may call.
class InstancePools {
 public:
  explicit InstancePools(Store& store);

  std::optional<InstancePool> find(const std::string& id);
  InstancePool get(const std::string& id);  // RESOURCE_DOES_NOT_EXIST when there is none
  std::vector<InstancePool> all();
  void put(const InstancePool& pool);
  void remove(const std::string& id);

 private:
  Store& store_;
};

void add_instance_pools(Router& router, Store& store, PermissionStore& permissions, ClusterRecords& clusters);

}  // namespace brickwork::local
