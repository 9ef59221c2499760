#pragma once

#include <memory>
#include <string>

#include "auth/login.h"
#include "auth/oauth_token.h"
#include "auth/oidc_endpoints.h"

namespace brickwork {

// Who vouches for a workload: a CI, a cluster, a file. The loop's thread only.
class IdTokenSource {
 public:
  virtual ~IdTokenSource() = default;

  // A token that names `audience` as whom it is meant for, where its issuer lets one choose.
  virtual Task<Result<std::string>> id_token(Context& context, std::string audience) = 0;
  virtual bool wants_audience() const { return false; }
  virtual Status trouble() const { return Status(); }

  // "DATABRICKS_OIDC_TOKEN", "the file /var/run/token": ends the error of an exchange that was refused.
  virtual std::string where() const = 0;
};

// Workload identity federation: a token of somebody else for one of Databricks, as the service principal `client_id`,
// or, without one, as the account's policy says.
std::shared_ptr<Credential> make_exchange(std::string auth_type, const Login& login,
                                          std::unique_ptr<IdTokenSource> source);

}  // namespace brickwork
