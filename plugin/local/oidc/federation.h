#pragma once

#include <string>

#include "local/oidc/parts.h"

namespace brickwork::local {

struct Federated {
  Principal principal;
  std::int64_t expire_time = 0;  // of the foreign token, and of what it is exchanged for
};

// Who a foreign token stands for: the service principal that is named, by one of its policies, or without one a user,
// by a policy of the account. Throws OAuthError with what each policy found wrong.
Federated federated_principal(Oidc::Parts& parts, const std::string& client_id, const std::string& subject_token);

}  // namespace brickwork::local
