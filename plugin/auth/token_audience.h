#pragma once

#include <string>

#include "auth/login.h"

namespace brickwork {

// For whom an issuer is asked to make a token: token_audience; what the host asks for; the account of an account's
// host; else the token endpoint. Asked once.
class TokenAudience {
 public:
  TokenAudience(const Login& login, IdentityProvider& provider);

  Task<Result<std::string>> find(Context& context, std::string token_endpoint);

 private:
  const std::string host_;
  const std::string account_id_;
  std::string audience_;
  IdentityProvider& provider_;
};

}  // namespace brickwork
