#include "auth/token_exchange.h"

#include "auth/living_token.h"
#include "auth/scopes.h"
#include "auth/token_audience.h"
#include "auth/wipe.h"

namespace brickwork {
namespace {

class TokenExchange : public TokenSource {
 public:
  TokenExchange(const Login& login, std::unique_ptr<IdTokenSource> source)
      : client_id_(login.value("client_id")),
        shown_(login.where(std::array<std::string_view, 2>{"client_id", "host"})),
        scope_(scopes_of(login)),
        source_(std::move(source)),
        provider_(login.http),
        endpoints_(login, provider_),
        audience_(login, provider_) {}

  Task<Result<Proof>> fetch(Context& context) override {
    Task<Result<OidcEndpoints>> finding = endpoints_.find(context);
    Result<OidcEndpoints> endpoints = co_await finding;
    if (!endpoints.ok()) co_return endpoints.status();
    const std::string url = endpoints.value().token;
    std::string audience;
    if (source_->wants_audience()) {
      Task<Result<std::string>> choosing = audience_.find(context, url);
      Result<std::string> chosen = co_await choosing;
      if (!chosen.ok()) co_return chosen.status();
      audience = std::move(chosen.value());
    }
    Task<Result<std::string>> vouching = source_->id_token(context, std::move(audience));
    Result<std::string> subject = co_await vouching;
    if (!subject.ok()) co_return subject.status();
    Task<Result<Proof>> exchanging = exchange(context, url, std::move(subject.value()));
    co_return co_await exchanging;
  }

  Status trouble() const override {
    Status waiting = source_->trouble();
    return waiting.ok() ? provider_.trouble() : waiting;
  }

 private:
  Task<Result<Proof>> exchange(Context& context, std::string url, std::string subject) {
    IdentityRequest request;
    request.provider = "the token endpoint " + url;
    request.url = std::move(url);
    request.form = {{"grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"},
                    {"subject_token_type", "urn:ietf:params:oauth:token-type:jwt"},
                    {"scope", scope_}};
    if (!client_id_.empty()) request.form.emplace_back("client_id", client_id_);
    request.form.emplace_back("subject_token", std::move(subject));
    request.settings =
        "It was asked with " + source_->where() + " and " + shown_ + ": a federation policy of the " +
        (client_id_.empty() ? "account (client_id names a service principal instead)" : "service principal") +
        " has to name this token's issuer, subject and audience";
    Task<Result<OauthToken>> asking = ask_for_token(context, provider_, std::move(request));
    Result<OauthToken> token = co_await asking;
    if (!token.ok()) co_return token.status();
    co_return bearer(token.value());
  }

  const std::string client_id_;
  const std::string shown_;
  const std::string scope_;
  std::unique_ptr<IdTokenSource> source_;
  IdentityProvider provider_;
  OidcDiscovery endpoints_;
  TokenAudience audience_;
};

}  // namespace

std::shared_ptr<Credential> make_exchange(std::string auth_type, const Login& login,
                                          std::unique_ptr<IdTokenSource> source) {
  return std::make_shared<LivingToken>(std::move(auth_type), std::make_unique<TokenExchange>(login, std::move(source)));
}

}  // namespace brickwork
