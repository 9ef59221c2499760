#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "auth/identity_provider.h"
#include "auth/token_source.h"

namespace brickwork {

// What a token endpoint hands out. Overwritten before its memory is freed.
struct OauthToken {
  std::string access_token;
  std::string token_type = "Bearer";
  std::string refresh_token;             // empty: none, or the one there is stays good
  std::optional<milliseconds> lifetime;  // from now on, by the provider's clock
  std::string id_token;

  OauthToken() = default;
  OauthToken(OauthToken&&) = default;
  OauthToken& operator=(OauthToken&&) = default;
  ~OauthToken();
};

// Reads access_token, token_type, refresh_token, id_token, and its end: expires_in (a number or a text), else
// expires_on (seconds since 1970), which is counted from the provider's own Date, so that a clock of ours that is wrong
// by ten minutes changes nothing. Overwrites the answer.
Result<OauthToken> read_oauth_token(std::string_view provider, IdentityAnswer& answer, std::int64_t unix_ms);

// Asks, and reads the answer. `provider` outlives the task.
Task<Result<OauthToken>> ask_for_token(Context& context, IdentityProvider& provider, IdentityRequest request);

// What can stand in a header: printable and without blanks.
bool is_header_text(std::string_view text);

// An answer that makes no sense now and may another time.
Status unusable_answer(std::string message);

// The id token that stands under `member`. Overwrites the answer.
Result<std::string> take_id_token(std::string_view provider, IdentityAnswer& answer, std::string_view member);

// {"Authorization": "Bearer ..."} for as long as the token lives.
Proof bearer(const OauthToken& token);

}  // namespace brickwork
