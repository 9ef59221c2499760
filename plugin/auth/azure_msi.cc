#include "auth/azure_msi.h"

#include "auth/azure_cloud.h"
#include "auth/azure_headers.h"
#include "auth/living_token.h"

namespace brickwork {
namespace {

constexpr char kKind[] = "azure-msi";
constexpr char kPath[] = "/metadata/identity/oauth2/token";
constexpr std::array<std::string_view, 3> kShown = {"azure_use_msi", "azure_client_id", "host"};

// Microsoft's own libraries know this variable for a metadata service at another address.
std::string metadata_address(const Login& login) {
  const std::string usual =
      login.environment.variable("AZURE_POD_IDENTITY_AUTHORITY_HOST").value_or("http://169.254.169.254");
  return login.endpoint("instance_metadata_endpoint", usual);
}

class AzureMsi : public TokenSource {
 public:
  explicit AzureMsi(const Login& login)
      : address_(metadata_address(login)),
        client_id_(login.value("azure_client_id")),
        resource_id_(login.value("azure_workspace_resource_id")),
        shown_(login.where(kShown)),
        cloud_(azure_cloud(login)),
        provider_(login.http) {}

  Task<Result<Proof>> fetch(Context& context) override {
    Task<Result<OauthToken>> first = token_for(context, cloud_.application_id);
    Result<OauthToken> token = co_await first;
    if (!token.ok()) co_return token.status();
    Task<Result<OauthToken>> second = token_for(context, cloud_.service_management);
    Result<OauthToken> management = co_await second;
    if (!management.ok()) co_return management.status();
    co_return azure_proof(token.value(), &management.value(), resource_id_);
  }

  Status trouble() const override { return provider_.trouble(); }

 private:
  Task<Result<OauthToken>> token_for(Context& context, std::string resource) {
    Query query = {{"api-version", "2018-02-01"}, {"resource", std::move(resource)}};
    if (!client_id_.empty()) query.emplace_back("client_id", client_id_);
    IdentityRequest request;
    request.provider = "the instance metadata service at " + address_;
    request.method = "GET";
    request.url = url_of(address_, kPath, query);
    request.headers.emplace_back("Metadata", "true");
    request.link_local_http = true;
    request.timeout = milliseconds(10'000);
    request.settings =
        "It was asked because of " + shown_ +
        ": this has to be a machine of Azure with a managed identity, and azure_client_id, if it is set, "
        "that of an identity assigned to it";
    Task<Result<OauthToken>> asking = ask_for_token(context, provider_, std::move(request));
    co_return co_await asking;
  }

  const std::string address_;
  const std::string client_id_;
  const std::string resource_id_;
  const std::string shown_;
  const AzureCloud cloud_;
  IdentityProvider provider_;
};

bool is_true(const std::string& text) {
  return text == "true" || text == "True" || text == "TRUE" || text == "1" || text == "t";
}

}  // namespace

bool fits_azure_msi(const Login& login) { return is_true(login.value("azure_use_msi")) && is_azure(login); }

Result<std::shared_ptr<Credential>> make_azure_msi(const Login& login) {
  if (Status status = require_azure(login, kKind); !status.ok()) return status;
  if (!is_true(login.value("azure_use_msi"))) {
    return failure(Code::kInvalidArgument,
                   "the login azure-msi wants azure_use_msi (ARM_USE_MSI) to be true. Set: " + list_of(login.settings),
                   "/azure_use_msi");
  }
  return std::shared_ptr<Credential>(std::make_shared<LivingToken>(kKind, std::make_unique<AzureMsi>(login)));
}

}  // namespace brickwork
