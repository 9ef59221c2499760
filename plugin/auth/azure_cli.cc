#include "auth/azure_cli.h"

#include <algorithm>

#include "auth/az_answer.h"
#include "auth/azure_cloud.h"
#include "auth/azure_headers.h"
#include "auth/azure_tenant.h"
#include "auth/living_token.h"
#include "auth/pat.h"
#include "auth/wipe.h"

namespace brickwork {
namespace {

constexpr char kKind[] = "azure-cli";

// What `az` needs to find its own login, the network and a language; above all no secret of ours.
constexpr std::array kVariables = {"PATH",
                                   "HOME",
                                   "USER",
                                   "LOGNAME",
                                   "LANG",
                                   "LC_ALL",
                                   "LC_CTYPE",
                                   "TMPDIR",
                                   "TZ",
                                   "XDG_CONFIG_HOME",
                                   "HTTP_PROXY",
                                   "HTTPS_PROXY",
                                   "NO_PROXY",
                                   "ALL_PROXY",
                                   "http_proxy",
                                   "https_proxy",
                                   "no_proxy",
                                   "all_proxy",
                                   "REQUESTS_CA_BUNDLE",
                                   "SSL_CERT_FILE",
                                   "SSL_CERT_DIR",
                                   "CURL_CA_BUNDLE",
                                   "AZURE_CONFIG_DIR",
                                   "AZURE_EXTENSION_DIR",
                                   "AZURE_CLOUD_NAME",
                                   "MSI_ENDPOINT",
                                   "IDENTITY_ENDPOINT",
                                   "IDENTITY_HEADER",
                                   "ACC_CLOUD",
                                   "AZUREPS_HOST_ENVIRONMENT"};

std::vector<std::string> environment_of_az(const Login& login) {
  std::vector<std::string> lines;
  for (const char* name : kVariables)
    if (auto value = login.environment.variable(name)) lines.push_back(std::string(name) + "=" + *value);
  const bool has_home =
      std::any_of(lines.begin(), lines.end(), [](const auto& line) { return line.starts_with("HOME="); });
  if (!has_home) lines.push_back("HOME=" + login.environment.home);
  return lines;
}

std::string program_of(const Login& login) { return find_program("az", login.variable("PATH")); }

// "/subscriptions/<id>/resourceGroups/..."
std::string subscription_in(const std::string& resource_id) {
  const std::size_t first = resource_id.find('/', 1);
  if (first == std::string::npos) return {};
  return resource_id.substr(first + 1, resource_id.find('/', first + 1) - first - 1);
}

// One resource's token and when it ends; the tenant is left out where `az` does not take one.
class AzureCli : public TokenSource {
 public:
  AzureCli(const Login& login, std::string az, RunCommand run)
      : az_(std::move(az)),
        resource_id_(login.value("azure_workspace_resource_id")),
        knows_tenant_(login.has("azure_tenant_id")),
        cloud_(azure_cloud(login)),
        environment_(environment_of_az(login)),
        run_(std::move(run)),
        provider_(login.http),
        tenant_(login, provider_) {}

  Task<Result<Proof>> fetch(Context& context) override {
    Task<Result<std::string>> finding = tenant_.find(context);
    Result<std::string> tenant = co_await finding;
    if (!tenant.ok() && (knows_tenant_ || tenant.status()->retryable)) co_return tenant.status();
    const std::string known = tenant.ok() ? tenant.value() : std::string();

    Task<Result<AzAnswer>> asking_who = ask(context, {"account", "show", "--output", "json"});
    Result<AzAnswer> who = co_await asking_who;
    if (!who.ok()) co_return who.status();
    const AzUser user = az_user(who.value());

    Task<Result<OauthToken>> first = token_for(context, cloud_.application_id, known, user);
    Result<OauthToken> token = co_await first;
    if (!token.ok()) co_return token.status();
    // A person may be without access to the management of Azure, and does not need it.
    Task<Result<OauthToken>> second = token_for(context, cloud_.service_management, known, user);
    Result<OauthToken> management = co_await second;
    co_return azure_proof(token.value(), management.ok() ? &management.value() : nullptr, resource_id_);
  }

  Status trouble() const override {
    if (running_.empty()) return provider_.trouble();
    return az_trouble(running_, failure(Code::kUnavailable, "it did not answer in time"));
  }

 private:
  Task<Result<AzAnswer>> ask(Context& context, std::vector<std::string> arguments) {
    Command command;
    command.path = az_;
    command.arguments = std::move(arguments);
    command.environment = environment_;
    std::string shown = "az";
    for (const std::string& argument : command.arguments) shown += " " + argument;
    running_ = shown;
    Task<Result<CommandResult>> running = run_(context, std::move(command));
    Result<CommandResult> ran = co_await running;
    running_.clear();
    if (!ran.ok()) co_return az_trouble(shown, ran.status());
    co_return read_az_answer(shown, std::move(ran.value()));
  }

  // As the SDKs do: with the tenant where that is allowed, with the subscription where only that is known, and without
  // either where the login does not reach so far.
  Task<Result<OauthToken>> token_for(Context& context, std::string resource, std::string tenant, AzUser user) {
    const std::vector<std::string> plain = {"account", "get-access-token", "--resource", resource, "--output", "json"};
    std::vector<std::vector<std::string>> tries;
    const auto with = [&plain](const char* option, const std::string& value) {
      std::vector<std::string> arguments = plain;
      arguments.insert(arguments.end(), {option, value});
      return arguments;
    };
    if (user == AzUser::kManagedIdentity) tenant.clear();
    const std::string subscription = subscription_in(resource_id_);
    if (!tenant.empty()) tries.push_back(with("--tenant", tenant));
    if (tenant.empty() && !subscription.empty()) tries.push_back(with("--subscription", subscription));
    if (tries.empty() || user == AzUser::kPrincipal || tenant.empty()) tries.push_back(plain);

    Status refused;
    for (std::vector<std::string>& arguments : tries) {
      Task<Result<AzAnswer>> asking = ask(context, std::move(arguments));
      Result<AzAnswer> answer = co_await asking;
      if (answer.ok()) co_return az_token(answer.value(), context.loop().unix_ms());
      refused = answer.status();
      if (refused->retryable) break;
    }
    co_return refused;
  }

  const std::string az_;
  const std::string resource_id_;
  const bool knows_tenant_;
  const AzureCloud cloud_;
  const std::vector<std::string> environment_;
  const RunCommand run_;
  std::string running_;  // what `az` is being asked; empty: nothing
  IdentityProvider provider_;
  AzureTenant tenant_;
};

// A workspace of Azure and nothing said: a token that the host hands over later still comes first.
class TokenOrElse : public Credential {
 public:
  TokenOrElse(std::shared_ptr<SecretStore> secrets, std::shared_ptr<Credential> otherwise)
      : secrets_(secrets),
        token_(std::make_shared<Pat>(std::move(secrets), Pat::Options{})),
        otherwise_(std::move(otherwise)) {}

  std::string auth_type() const override { return in_use().auth_type(); }
  std::string fingerprint() const override { return in_use().fingerprint(); }
  Task<Result<Headers>> headers(Context& context) override { return in_use().headers(context); }
  bool rejected(const Headers& given) override { return in_use().rejected(given); }
  std::optional<Instant> expires_at() const override { return in_use().expires_at(); }
  void close() override { otherwise_->close(); }

 private:
  Credential& in_use() const { return secrets_->ever_set("token") ? *token_ : *otherwise_; }

  std::shared_ptr<SecretStore> secrets_;
  std::shared_ptr<Credential> token_;
  std::shared_ptr<Credential> otherwise_;
};

}  // namespace

std::unique_ptr<TokenSource> azure_cli_source(const Login& login, std::string az, RunCommand run) {
  return std::make_unique<AzureCli>(login, std::move(az), std::move(run));
}

bool fits_azure_cli(const Login& login) { return is_azure(login) && !program_of(login).empty(); }

Result<std::shared_ptr<Credential>> make_azure_cli(const Login& login) {
  if (Status status = require_azure(login, kKind); !status.ok()) return status;
  std::string az = program_of(login);
  if (az.empty()) {
    return failure(Code::kFailedPrecondition,
                   "the login azure-cli asks the Azure CLI, and no folder of PATH has a program az: "
                   "https://learn.microsoft.com/cli/azure says how to install it. Set: " +
                       list_of(login.settings),
                   "/auth_type");
  }
  std::shared_ptr<Credential> credential =
      std::make_shared<LivingToken>(kKind, azure_cli_source(login, std::move(az), run_command));
  if (!login.named) credential = std::make_shared<TokenOrElse>(login.secrets, std::move(credential));
  return credential;
}

}  // namespace brickwork
