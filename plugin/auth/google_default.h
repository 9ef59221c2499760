#pragma once

#include <string>

#include "auth/google_account.h"
#include "auth/login.h"

namespace brickwork {

// Google's "application default credentials": whoever is logged in on this machine, or the machine itself. The
// metadata service is asked only when there is no file.
class GoogleDefault {
 public:
  explicit GoogleDefault(const Login& login);

  Task<Result<OauthToken>> token(Context& context);
  Status trouble() const { return provider_.trouble(); }

 private:
  Task<Result<OauthToken>> token_of_machine(Context& context);

  std::string file_;  // empty: the machine's
  std::string where_;
  std::string metadata_;
  IdentityProvider provider_;
};

}  // namespace brickwork
