#include "auth/azure_client_secret.h"

#include "auth/azure_cloud.h"
#include "auth/azure_headers.h"
#include "auth/azure_tenant.h"
#include "auth/living_token.h"
#include "auth/login_secret.h"

namespace brickwork {
namespace {

constexpr char kKind[] = "azure-client-secret";
constexpr std::array<std::string_view, 2> kNeeds = {"azure_client_id", "azure_client_secret"};
constexpr std::array<std::string_view, 2> kShown = {"azure_client_id", "azure_tenant_id"};

class AzureClientSecret : public TokenSource {
 public:
  explicit AzureClientSecret(const Login& login)
      : client_id_(login.value("azure_client_id")),
        resource_id_(login.value("azure_workspace_resource_id")),
        shown_(login.where(kShown)),
        cloud_(azure_cloud(login)),
        secret_("azure_client_secret", login.settings, login.secrets),
        provider_(login.http),
        tenant_(login, provider_) {}

  Task<Result<Proof>> fetch(Context& context) override {
    Task<Result<std::string>> finding = tenant_.find(context);
    Result<std::string> tenant = co_await finding;
    if (!tenant.ok()) co_return tenant.status();
    const std::string url = cloud_.active_directory + "/" + tenant.value() + "/oauth2/token";
    // A secret that the host renews may have been replaced just now: then once more with the new one.
    while (true) {
      Task<Result<Proof>> trying = both_tokens(context, url);
      Result<Proof> proof = co_await trying;
      const bool refused = !proof.ok() && proof.status().code() == Code::kUnauthenticated;
      if (!refused || !secret_.refused()) co_return proof;
    }
  }

  std::string who() const override { return client_id_ + "\n" + resource_id_ + "\n" + secret_.at_hand(); }
  Status trouble() const override {
    Status waiting = secret_.trouble();
    return waiting.ok() ? provider_.trouble() : waiting;
  }

 private:
  Task<Result<Proof>> both_tokens(Context& context, std::string url) {
    Task<Result<OauthToken>> first = token_for(context, url, cloud_.application_id);
    Result<OauthToken> token = co_await first;
    if (!token.ok()) co_return token.status();
    Task<Result<OauthToken>> second = token_for(context, url, cloud_.service_management);
    Result<OauthToken> management = co_await second;
    if (!management.ok()) co_return management.status();
    co_return azure_proof(token.value(), &management.value(), resource_id_);
  }

  Task<Result<OauthToken>> token_for(Context& context, std::string url, std::string resource) {
    Task<Result<std::string>> asking_secret = secret_.value(context);
    Result<std::string> secret = co_await asking_secret;
    if (!secret.ok()) co_return secret.status();
    IdentityRequest request;
    request.provider = "Entra ID at " + url;
    request.url = std::move(url);
    request.form = {{"grant_type", "client_credentials"}, {"client_id", client_id_}, {"resource", std::move(resource)}};
    request.form.emplace_back("client_secret", std::move(secret.value()));
    request.settings = "It was asked with " + shown_ + " and " + secret_.where() +
                       ": a secret has an end, and an application is known in its own tenant only";
    Task<Result<OauthToken>> asking = ask_for_token(context, provider_, std::move(request));
    co_return co_await asking;
  }

  const std::string client_id_;
  const std::string resource_id_;
  const std::string shown_;
  const AzureCloud cloud_;
  LoginSecret secret_;
  IdentityProvider provider_;
  AzureTenant tenant_;
};

}  // namespace

bool fits_azure_client_secret(const Login& login) {
  return login.has("azure_client_id") && login.has("azure_client_secret") && is_azure(login);
}

Result<std::shared_ptr<Credential>> make_azure_client_secret(const Login& login) {
  const bool host_brings_secret = login.named && login.has("azure_client_id");
  if (Status status = login.require(kKind, kNeeds); !status.ok() && !host_brings_secret) return status;
  if (Status status = require_azure(login, kKind); !status.ok()) return status;
  return std::shared_ptr<Credential>(std::make_shared<LivingToken>(kKind, std::make_unique<AzureClientSecret>(login)));
}

}  // namespace brickwork
