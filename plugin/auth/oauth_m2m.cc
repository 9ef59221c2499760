#include "auth/oauth_m2m.h"

#include "auth/base64.h"
#include "auth/living_token.h"
#include "auth/login_secret.h"
#include "auth/oauth_token.h"
#include "auth/scopes.h"
#include "auth/wipe.h"

namespace brickwork {
namespace {

constexpr std::array<std::string_view, 2> kNeeds = {"client_id", "client_secret"};

class OauthM2m : public TokenSource {
 public:
  explicit OauthM2m(const Login& login)
      : client_id_(login.value("client_id")),
        id_source_(login.where(std::array<std::string_view, 1>{"client_id"})),
        scope_(scopes_of(login)),
        secret_("client_secret", login.settings, login.secrets),
        provider_(login.http),
        endpoints_(login, provider_) {}

  Task<Result<Proof>> fetch(Context& context) override {
    Task<Result<OidcEndpoints>> finding = endpoints_.find(context);
    Result<OidcEndpoints> endpoints = co_await finding;
    if (!endpoints.ok()) co_return endpoints.status();
    // A secret that the host renews may have been replaced just now: then once more with the new one.
    while (true) {
      Task<Result<std::string>> asking = secret_.value(context);
      Result<std::string> secret = co_await asking;
      if (!secret.ok()) co_return secret.status();
      Task<Result<Proof>> exchanging = exchange_secret(context, endpoints.value().token, std::move(secret.value()));
      Result<Proof> proof = co_await exchanging;
      const bool refused = !proof.ok() && proof.status().code() == Code::kUnauthenticated;
      if (!refused || !secret_.refused()) co_return proof;
    }
  }

  std::string who() const override { return client_id_ + "\n" + scope_ + "\n" + secret_.at_hand(); }
  Status trouble() const override {
    Status waiting = secret_.trouble();
    return waiting.ok() ? provider_.trouble() : waiting;
  }

 private:
  Task<Result<Proof>> exchange_secret(Context& context, std::string url, std::string secret) {
    IdentityRequest request;
    request.provider = "the token endpoint " + url;
    request.url = std::move(url);
    std::string pair = client_id_ + ":" + secret;
    request.headers.emplace_back("Authorization", "Basic " + base64(pair));
    request.form = {{"grant_type", "client_credentials"}, {"scope", scope_}};
    request.settings = "It was asked with " + id_source_ + " and " + secret_.where() +
                       ": the secret must be an OAuth secret of that service principal and not be expired";
    wipe(pair);
    request.secrets.push_back(std::move(secret));
    Task<Result<OauthToken>> asking = ask_for_token(context, provider_, std::move(request));
    Result<OauthToken> token = co_await asking;
    if (!token.ok()) co_return token.status();
    co_return bearer(token.value());
  }

  const std::string client_id_;
  const std::string id_source_;
  const std::string scope_;
  LoginSecret secret_;
  IdentityProvider provider_;
  OidcDiscovery endpoints_;
};

}  // namespace

bool fits_oauth_m2m(const Login& login) { return login.has("client_id") && login.has("client_secret"); }

Result<std::shared_ptr<Credential>> make_oauth_m2m(const Login& login) {
  const bool host_brings_secret = login.named && login.has("client_id");
  if (Status status = login.require("oauth-m2m", kNeeds); !status.ok() && !host_brings_secret) return status;
  return std::shared_ptr<Credential>(std::make_shared<LivingToken>("oauth-m2m", std::make_unique<OauthM2m>(login)));
}

}  // namespace brickwork
