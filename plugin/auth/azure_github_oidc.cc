#include "auth/azure_github_oidc.h"

#include "auth/azure_cloud.h"
#include "auth/azure_tenant.h"
#include "auth/github_token.h"
#include "auth/living_token.h"
#include "auth/oauth_token.h"

namespace brickwork {
namespace {

constexpr char kKind[] = "github-oidc-azure";
constexpr std::array<std::string_view, 1> kNeeds = {"azure_client_id"};
constexpr std::array<std::string_view, 2> kShown = {"azure_client_id", "azure_tenant_id"};

class AzureGithubOidc : public TokenSource {
 public:
  explicit AzureGithubOidc(const Login& login)
      : client_id_(login.value("azure_client_id")),
        shown_(login.where(kShown)),
        cloud_(azure_cloud(login)),
        provider_(login.http),
        tenant_(login, provider_),
        github_(login) {}

  Task<Result<Proof>> fetch(Context& context) override {
    Task<Result<std::string>> finding = tenant_.find(context);
    Result<std::string> tenant = co_await finding;
    if (!tenant.ok()) co_return tenant.status();
    Task<Result<std::string>> vouching = github_.ask(context, "api://AzureADTokenExchange");
    Result<std::string> assertion = co_await vouching;
    if (!assertion.ok()) co_return assertion.status();
    IdentityRequest request;
    request.url = cloud_.active_directory + "/" + tenant.value() + "/oauth2/token";
    request.provider = "Entra ID at " + request.url;
    request.form = {{"grant_type", "client_credentials"},
                    {"client_id", client_id_},
                    {"resource", cloud_.application_id},
                    {"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}};
    request.form.emplace_back("client_assertion", std::move(assertion.value()));
    request.settings =
        "It was asked with the id token of this job of GitHub Actions and " + shown_ +
        ": the application needs a federated credential for this repository and its branch or environment";
    Task<Result<OauthToken>> asking = ask_for_token(context, provider_, std::move(request));
    Result<OauthToken> token = co_await asking;
    if (!token.ok()) co_return token.status();
    co_return bearer(token.value());
  }

  Status trouble() const override {
    Status waiting = github_.trouble();
    return waiting.ok() ? provider_.trouble() : waiting;
  }

 private:
  const std::string client_id_;
  const std::string shown_;
  const AzureCloud cloud_;
  IdentityProvider provider_;
  AzureTenant tenant_;
  GithubToken github_;
};

}  // namespace

bool fits_azure_github_oidc(const Login& login) {
  return login.has("azure_client_id") && is_azure(login) && GithubToken::is_there(login);
}

Result<std::shared_ptr<Credential>> make_azure_github_oidc(const Login& login) {
  if (Status status = login.require(kKind, kNeeds); !status.ok()) return status;
  if (Status status = require_azure(login, kKind); !status.ok()) return status;
  if (Status status = GithubToken::required(login, kKind); !status.ok()) return status;
  return std::shared_ptr<Credential>(std::make_shared<LivingToken>(kKind, std::make_unique<AzureGithubOidc>(login)));
}

}  // namespace brickwork
