#include "local/oidc/access_tokens.h"

#include "local/fields.h"
#include "local/http_text.h"
#include "local/oidc/texts.h"

namespace brickwork::local {

std::string make_access_token(Oidc::Parts& parts, const AccessTokenRequest& request) {
  return parts.key.sign({{"client_id", request.client_id},
                         {"scope", scope_text(request.scopes)},
                         {"iss", parts.workspace.url + "/oidc"},
                         {"aud", request.audience},
                         {"sub", request.principal.name},
                         {"user_id", std::to_string(request.principal.id)},
                         {"iat", parts.now_ms() / 1000},
                         {"exp", request.expire_time / 1000},
                         {"jti", new_request_id()}});
}

std::optional<AccessGrant> read_access_token(SigningKey& key, std::string_view token) {
  const auto jwt = key.verified(token);
  // Nobody is granted nothing: to a caller no scopes mean all.
  if (!jwt || jwt->claim("scope").empty()) return std::nullopt;
  return AccessGrant{.user_id = integer_field(jwt->claims, "user_id").value_or(0),
                     .expires_at = integer_field(jwt->claims, "exp").value_or(0) * 1000,
                     .scopes = scopes_of(jwt->claim("scope"))};
}

}  // namespace brickwork::local
