#include "auth/google_account.h"

#include <algorithm>
#include <array>

#include "auth/signed_token.h"
#include "auth/wipe.h"
#include "rest/members.h"

namespace brickwork {
namespace {

namespace json = boost::json;

constexpr std::int64_t kSeconds = 3600;  // Google takes no longer ones

Status lacks(const std::string& where, const std::string& what) {
  return failure(Code::kInvalidArgument, where + " " + what, "/google_credentials");
}

Status take_service_account(const json::object& members, const std::string& where, GoogleAccount& account) {
  account.email = text_at(members, "client_email");
  account.key = text_at(members, "private_key");
  account.key_id = text_at(members, "private_key_id");
  if (account.email.empty() || account.key.empty())
    return lacks(where, "is of a service account and lacks its client_email or private_key");
  return Status();
}

Status take_person(const json::object& members, const std::string& where, GoogleAccount& account) {
  account.kind = GoogleAccount::Kind::kPerson;
  account.client_id = text_at(members, "client_id");
  account.client_secret = text_at(members, "client_secret");
  account.refresh_token = text_at(members, "refresh_token");
  if (account.refresh_token.empty())
    return lacks(where, "has no refresh_token; `gcloud auth application-default login` writes one");
  return Status();
}

Result<IdentityRequest> request_of(const GoogleAccount& account, const GoogleWish& wish, const std::string& where,
                                   std::int64_t now) {
  IdentityRequest request;
  request.provider = "Google at " + account.token_uri;
  request.url = account.token_uri;
  if (account.kind == GoogleAccount::Kind::kPerson) {
    request.form = {{"grant_type", "refresh_token"}, {"client_id", account.client_id}};
    request.form.emplace_back("client_secret", account.client_secret);
    request.form.emplace_back("refresh_token", account.refresh_token);
    request.settings = "It was asked with " + where + ": `gcloud auth application-default login` renews what has ended";
    return request;
  }
  json::object claims = {{"iss", account.email}, {"aud", account.token_uri}, {"iat", now}, {"exp", now + kSeconds}};
  if (wish.audience.empty()) {
    claims["scope"] = wish.scope;
  } else {
    claims["target_audience"] = wish.audience;
  }
  Result<std::string> assertion = sign_token(claims, account.key_id, account.key);
  if (!assertion.ok()) return lacks(where, "cannot be used: " + assertion.status()->message);
  request.form = {{"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"}};
  request.form.emplace_back("assertion", std::move(assertion.value()));
  request.settings = "It was asked with " + where + ", signed for " + account.email +
                     ": the key must still be one of that service account, and this machine's clock about right";
  return request;
}

}  // namespace

GoogleAccount::~GoogleAccount() {
  for (std::string* secret : {&key, &client_secret, &refresh_token}) wipe(*secret);
}

Result<GoogleAccount> read_google_account(std::string text, const std::string& where) {
  boost::system::error_code error;
  json::value document = json::parse(text, error);
  wipe(text);
  if (error || !document.is_object()) {
    return lacks(where, "is neither a file that is there nor the JSON of Google credentials");
  }
  json::object& members = document.get_object();
  const std::string type = text_at(members, "type");
  GoogleAccount account;
  account.token_uri = text_at(members, "token_uri");
  if (account.token_uri.empty()) account.token_uri = "https://oauth2.googleapis.com/token";
  Status status;
  if (type == "service_account") {
    status = take_service_account(members, where, account);
  } else if (type == "authorized_user") {
    status = take_person(members, where, account);
  } else {
    status = failure(Code::kUnimplemented,
                     where + " holds credentials of the type \"" + type.substr(0, 100) +
                         "\"; this version knows service_account and authorized_user",
                     "/google_credentials");
  }
  wipe(members);
  if (!status.ok()) return status;
  return account;
}

Task<Result<OauthToken>> ask_google(Context& context, IdentityProvider& provider, const GoogleAccount& account,
                                    GoogleWish wish, std::string where) {
  Result<IdentityRequest> request = request_of(account, wish, where, context.loop().unix_ms() / 1000);
  if (!request.ok()) co_return request.status();
  const std::string provider_name = request.value().provider;
  Task<Result<IdentityAnswer>> asking = provider.ask(context, std::move(request.value()));
  Result<IdentityAnswer> answer = co_await asking;
  if (!answer.ok()) co_return answer.status();
  // For an audience there is an id token and nothing else.
  json::object& body = answer.value().body;
  if (json::value* id_token = body.if_contains("id_token"); id_token && !wish.audience.empty())
    body["access_token"] = *id_token;
  co_return read_oauth_token(provider_name, answer.value(), context.loop().unix_ms());
}

Result<Proof> google_proof(const OauthToken& token, const std::string& provider) {
  const std::optional<std::int64_t> seconds = seconds_of_token(token.access_token);
  if (!seconds) return unusable_answer(provider + " answered with an id token that does not say when it ends");
  Proof proof = bearer(token);
  proof.headers.front().second = "Bearer " + token.access_token;
  proof.lifetime = std::chrono::seconds(*seconds);
  return proof;
}

void add_google_access(Proof& proof, const Result<OauthToken>& access) {
  if (!access.ok()) return;
  proof.headers.emplace_back(kGoogleAccessHeader, access.value().access_token);
  if (access.value().lifetime)
    proof.lifetime = std::min(proof.lifetime.value_or(*access.value().lifetime), *access.value().lifetime);
}

}  // namespace brickwork
