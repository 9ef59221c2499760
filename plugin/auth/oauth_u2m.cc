#include "auth/oauth_u2m.h"

#include <algorithm>

#include "auth/living_token.h"
#include "auth/login_secret.h"
#include "auth/oauth_token.h"
#include "auth/scopes.h"
#include "auth/wipe.h"

namespace brickwork {
namespace {

constexpr char kSecret[] = "refresh_token";
constexpr char kWayOut[] = "`brickwork auth login` or auth.u2m_url and auth.u2m_exchange log in again, in a browser";

class OauthU2m : public TokenSource {
 public:
  OauthU2m(const Login& login, std::string_view auth_type, bool host_brings_it)
      : client_(U2mClient::of(login)),
        host_(login.host),
        host_brings_it_(host_brings_it),
        cache_(u2m_cache(login, auth_type)),
        client_secret_("client_secret", login.settings, login.secrets),
        refresh_token_(kSecret, login.settings, login.secrets),
        provider_(login.http),
        endpoints_(login, provider_) {}
  ~OauthU2m() override {
    for (std::string* secret : {&given_, &newest_, &refused_, &last_access_}) wipe(*secret);
  }

  Task<Result<Proof>> fetch(Context& context) override {
    if (!refresh_token_.is_from_host()) {
      Result<Proof> kept = kept_access(context.loop().unix_ms());
      if (kept.ok()) co_return kept;
    }
    Task<Result<OidcEndpoints>> finding = endpoints_.find(context);
    Result<OidcEndpoints> endpoints = co_await finding;
    if (!endpoints.ok()) co_return endpoints.status();
    const std::string url = endpoints.value().token;
    // Another program may have used the same login meanwhile and kept a newer token, or the host may have a new one.
    while (true) {
      Task<Result<std::string>> asking = refresh_token(context);
      Result<std::string> secret = co_await asking;
      if (!secret.ok()) co_return secret.status();
      Task<Result<Proof>> trying = refresh(context, url, secret.value());
      Result<Proof> proof = co_await trying;
      const bool refused = !proof.ok() && proof.status().code() == Code::kUnauthenticated;
      if (!refused || !there_is_another(secret.value())) {
        wipe(secret.value());
        co_return proof;
      }
      wipe(secret.value());
    }
  }

  std::string who() const override {
    // The refresh token changes with each use; the person behind it does so only by another login.
    std::string person = refresh_token_.is_from_host() ? refresh_token_.at_hand() : "file " + cache_.path();
    return client_.client_id + "\n" + client_.scope_text() + "\n" + person;
  }
  Status trouble() const override {
    Status waiting = refresh_token_.trouble();
    return waiting.ok() ? provider_.trouble() : waiting;
  }
  bool can_renew() override {
    refused_ = last_access_;
    return true;
  }
  std::string refresh_token() const override { return newest_; }

 private:
  // The access token that another program left in the file, while it is good.
  Result<Proof> kept_access(std::int64_t now_ms) {
    const Result<std::optional<CachedToken>> loaded = cache_.load();
    if (!loaded.ok()) return loaded.status();
    const std::optional<CachedToken>& token = loaded.value();
    const Status none = failure(Code::kNotFound, "");
    if (!token || token->access_token.empty() || token->access_token == refused_) return none;
    const milliseconds left(token->expires_at_ms - now_ms);
    // A token without a refresh token is used to its end; with one, the last minutes go to the refresh.
    if (token->expires_at_ms == 0 || left <= (token->refresh_token.empty() ? LivingToken::kTooShort : kSoon)) {
      return none;
    }
    OauthToken kept;
    kept.access_token = token->access_token;
    kept.token_type = token->token_type;
    kept.lifetime = left;
    last_access_ = kept.access_token;
    return bearer(kept);
  }

  Task<Result<std::string>> refresh_token(Context& context) {
    if (!refresh_token_.is_from_host()) {
      Result<std::optional<CachedToken>> loaded = cache_.load();
      if (loaded.ok() && loaded.value() && !loaded.value()->refresh_token.empty()) {
        co_return loaded.value()->refresh_token;
      }
      if (!loaded.ok()) co_return loaded.status();
      if (!host_brings_it_) {
        co_return failure(Code::kUnauthenticated, "nobody has logged in to " + host_ +
                                                      " in a browser, or the login in " + cache_.path() +
                                                      " has ended; " + kWayOut);
      }
    }
    Task<Result<std::string>> asking = refresh_token_.value(context);
    Result<std::string> secret = co_await asking;
    if (!secret.ok()) co_return secret.status();
    if (secret.value() == given_ && !newest_.empty()) {
      wipe(secret.value());
      co_return newest_;
    }
    given_ = secret.value();
    newest_ = given_;
    co_return std::move(secret.value());
  }

  bool there_is_another(const std::string& tried) {
    if (refresh_token_.is_from_host()) {
      newest_.clear();
      return refresh_token_.refused();
    }
    const Result<std::optional<CachedToken>> loaded = cache_.load();
    return loaded.ok() && loaded.value() && !loaded.value()->refresh_token.empty() &&
           loaded.value()->refresh_token != tried;
  }

  Task<Result<Proof>> refresh(Context& context, std::string url, std::string secret) {
    IdentityRequest request;
    request.provider = "the token endpoint " + url;
    request.url = std::move(url);
    request.form = {{"grant_type", "refresh_token"}, {"refresh_token", secret}, {"client_id", client_.client_id}};
    if (std::string own = client_secret_.at_hand(); !own.empty()) request.form.emplace_back("client_secret", own);
    request.settings = "It was asked to renew the login of a user kept " +
                       (refresh_token_.is_from_host() ? "by the host" : "in " + cache_.path()) + "; " + kWayOut;
    Task<Result<OauthToken>> asking = ask_for_token(context, provider_, std::move(request));
    Result<OauthToken> token = co_await asking;
    const std::int64_t now_ms = context.loop().unix_ms();
    if (!token.ok()) co_return token.status();
    keep(token.value(), secret, now_ms);
    wipe(secret);
    co_return bearer(token.value());
  }

  void keep(const OauthToken& token, const std::string& used, std::int64_t now_ms) {
    last_access_ = token.access_token;
    newest_ = token.refresh_token.empty() ? used : token.refresh_token;
    if (refresh_token_.is_from_host()) return;
    CachedToken kept;
    kept.access_token = token.access_token;
    kept.token_type = token.token_type;
    kept.refresh_token = newest_;
    kept.expires_at_ms = token.lifetime ? now_ms + token.lifetime->count() : 0;
    // A file that cannot be written costs the other programs a login, and this one nothing.
    static_cast<void>(cache_.save(kept));
  }

  static constexpr milliseconds kSoon{5 * 60'000};  // as the CLI has it

  const U2mClient client_;
  const std::string host_;
  const bool host_brings_it_;
  const TokenCache cache_;
  LoginSecret client_secret_;
  LoginSecret refresh_token_;
  IdentityProvider provider_;
  OidcDiscovery endpoints_;
  std::string given_;   // by the host
  std::string newest_;  // what came of it: a refresh token may be good for one use
  std::string last_access_;
  std::string refused_;
};

std::shared_ptr<Credential> credential(const Login& login, std::string_view auth_type) {
  const auto named = login.settings.find("auth_type");
  const bool host_brings_it = named != login.settings.end() && named->second.source == kFromConnection;
  return std::make_shared<LivingToken>(std::string(auth_type),
                                       std::make_unique<OauthU2m>(login, auth_type, host_brings_it));
}

}  // namespace

U2mClient U2mClient::of(const Login& login) {
  U2mClient client{login.has("client_id") ? login.value("client_id") : "databricks-cli", {}};
  const std::string text = scopes_of(login) + " ";
  for (std::size_t from = 0, to = 0; (to = text.find(' ', from)) != text.npos; from = to + 1)
    client.scopes.push_back(text.substr(from, to - from));
  const bool wants_refresh = login.value("disable_oauth_refresh_token") != "true";
  if (wants_refresh && std::find(client.scopes.begin(), client.scopes.end(), "offline_access") == client.scopes.end())
    client.scopes.emplace_back("offline_access");
  return client;
}

std::string U2mClient::scope_text() const {
  std::string text;
  for (const std::string& scope : scopes) text += (text.empty() ? "" : " ") + scope;
  return text;
}

TokenCache u2m_cache(const Login& login, std::string_view auth_type) {
  if (auth_type == kDatabricksCliLogin.auth_type) return TokenCache::of_cli(login);
  const U2mClient client = U2mClient::of(login);
  return TokenCache::of_python_sdk(login.environment.home, login.host, client.client_id, client.scopes,
                                   login.value("profile"));
}

bool fits_external_browser(const Login&) { return false; }  // as in the SDKs: only when auth_type names it

Result<std::shared_ptr<Credential>> make_external_browser(const Login& login) {
  return credential(login, kExternalBrowserLogin.auth_type);
}

bool fits_databricks_cli(const Login& login) {
  if (login.environment.home.empty()) return false;
  const Result<std::optional<CachedToken>> kept = TokenCache::of_cli(login).load();
  return kept.ok() && kept.value();
}

Result<std::shared_ptr<Credential>> make_databricks_cli(const Login& login) {
  return credential(login, kDatabricksCliLogin.auth_type);
}

}  // namespace brickwork
