#pragma once

#include <string>
#include <vector>

#include "local/router.h"
#include "local/store.h"

namespace brickwork::local {

struct InstanceProfile {
  std::string arn;
  std::string iam_role_arn;  // empty: not given
  bool is_meta = false;
};

// The instance profiles that clusters may have. There is no AWS behind them, so none is ever tried.
class InstanceProfiles {
 public:
  explicit InstanceProfiles(Store& store);

  bool knows(const std::string& arn);
  std::vector<InstanceProfile> all();
  bool add(const InstanceProfile& profile);      // false when it is there
  bool replace(const InstanceProfile& profile);  // false when it is not
  bool remove(const std::string& arn);

 private:
  Store& store_;
};

void add_instance_profiles(Router& router, Store& store);

}  // namespace brickwork::local
