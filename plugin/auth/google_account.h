#pragma once

#include <string>

#include "auth/identity_provider.h"
#include "auth/oauth_token.h"

namespace brickwork {

inline constexpr char kGoogleCloudScope[] = "https://www.googleapis.com/auth/cloud-platform";
inline constexpr char kGoogleScopes[] =
    "https://www.googleapis.com/auth/cloud-platform https://www.googleapis.com/auth/compute";
inline constexpr char kGoogleAccessHeader[] = "X-Databricks-GCP-SA-Access-Token";

// Credentials as Google writes them into a file: of a service account, with its key, or of a person who logged in with
// `gcloud auth application-default login`. Overwritten before its memory is freed.
struct GoogleAccount {
  enum class Kind { kServiceAccount, kPerson };

  Kind kind = Kind::kServiceAccount;
  std::string email;
  std::string key_id;
  std::string key;
  std::string token_uri;
  std::string client_id;
  std::string client_secret;
  std::string refresh_token;

  GoogleAccount() = default;
  GoogleAccount(GoogleAccount&&) = default;
  GoogleAccount& operator=(GoogleAccount&&) = default;
  ~GoogleAccount();
};

// `where` names the setting or the file in the error. `text` is overwritten.
Result<GoogleAccount> read_google_account(std::string text, const std::string& where);

// What the account proves itself with: an id token for `audience`, or, without one, an access token for `scope`.
struct GoogleWish {
  std::string audience;
  std::string scope;
};
Task<Result<OauthToken>> ask_google(Context& context, IdentityProvider& provider, const GoogleAccount& account,
                                    GoogleWish wish, std::string where);

// Its id token as the workspace wants to see it, for as long as it says.
Result<Proof> google_proof(const OauthToken& token, const std::string& provider);

// The second header, for what concerns the account; left out where its token is not to be had, as the SDKs do.
void add_google_access(Proof& proof, const Result<OauthToken>& access);

}  // namespace brickwork
