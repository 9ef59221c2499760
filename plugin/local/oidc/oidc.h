#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "local/oidc/key_sets.h"
#include "local/resources/user_store.h"
#include "local/router.h"
#include "local/workspace.h"

namespace brickwork::local {

struct OidcOptions {
  std::chrono::seconds access_token_lifetime{3600};
  FetchText fetch = fetch_text;  // of the keys of issuers that policies name
};

// Logins that give out tokens, and the account that they belong to: adds its routes, and has the user store take the
// access tokens. Must live as long as the server.
class Oidc {
 public:
  Oidc(Router& router, Workspace& workspace, UserStore& users, std::function<std::int64_t()> now_ms,
       OidcOptions options = {});
  ~Oidc();

  const std::string& account_id() const;

  struct Parts;

 private:
  std::unique_ptr<Parts> parts_;
};

}  // namespace brickwork::local
