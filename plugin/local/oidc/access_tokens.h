#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "local/oidc/parts.h"

namespace brickwork::local {

struct AccessTokenRequest {
  Principal principal;
  std::string client_id;
  std::vector<std::string> scopes;
  std::string audience;
  std::int64_t expire_time = 0;  // milliseconds; tokens count in seconds, rounded down
};

// A JWT as Databricks makes it, with the principal's id beside its name: a name may change hands.
std::string make_access_token(Oidc::Parts& parts, const AccessTokenRequest& request);

// Who a token stands for that make_access_token() made.
std::optional<AccessGrant> read_access_token(SigningKey& key, std::string_view token);

}  // namespace brickwork::local
