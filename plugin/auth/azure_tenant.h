#pragma once

#include <string>

#include "auth/login.h"

namespace brickwork {

// azure_tenant_id, or else what the workspace's own login page says: it sends a browser to the tenant's. Asked once.
class AzureTenant {
 public:
  AzureTenant(const Login& login, IdentityProvider& provider);

  Task<Result<std::string>> find(Context& context);

 private:
  const std::string host_;
  std::string tenant_;
  IdentityProvider& provider_;
};

}  // namespace brickwork
