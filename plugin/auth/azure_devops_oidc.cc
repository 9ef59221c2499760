#include "auth/azure_devops_oidc.h"

#include <array>

#include "auth/token_exchange.h"
#include "auth/wipe.h"

namespace brickwork {
namespace {

constexpr std::array<const char*, 6> kVariables = {"SYSTEM_ACCESSTOKEN",   "SYSTEM_TEAMFOUNDATIONCOLLECTIONURI",
                                                   "SYSTEM_TEAMPROJECTID", "SYSTEM_PLANID",
                                                   "SYSTEM_JOBID",         "SYSTEM_HOSTTYPE"};
constexpr char kProvider[] = "the token issuer of Azure Pipelines";

std::string missing_variables(const Login& login) {
  std::string missing;
  for (const char* name : kVariables)
    if (login.variable(name).empty()) missing.append(missing.empty() ? "" : ", ").append(name);
  return missing;
}

// The collection ends with a slash: "https://dev.azure.com/organisation/".
std::string url_of_job(const Login& login) {
  std::string url = login.variable(kVariables[1]);
  if (!url.empty() && url.back() != '/') url += '/';
  return url + login.variable(kVariables[2]) + "/_apis/distributedtask/hubs/" + login.variable(kVariables[5]) +
         "/plans/" + login.variable(kVariables[3]) + "/jobs/" + login.variable(kVariables[4]) +
         "/oidctoken?api-version=7.2-preview.1";
}

class DevopsToken : public IdTokenSource {
 public:
  explicit DevopsToken(const Login& login)
      : url_(url_of_job(login)), token_(login.variable(kVariables[0])), provider_(login.http) {}
  ~DevopsToken() override { wipe(token_); }

  Task<Result<std::string>> id_token(Context& context, std::string) override {
    IdentityRequest request;
    request.provider = kProvider;
    request.url = url_;
    request.headers.emplace_back("Authorization", "Bearer " + token_);
    request.headers.emplace_back("Content-Type", "application/json");
    request.settings =
        "It was asked with SYSTEM_ACCESSTOKEN, which is good for the job that it was made for and has to be mapped "
        "into "
        "the environment of the step";
    Task<Result<IdentityAnswer>> asking = provider_.ask(context, std::move(request));
    Result<IdentityAnswer> answer = co_await asking;
    if (!answer.ok()) co_return answer.status();
    co_return take_id_token(kProvider, answer.value(), "oidcToken");
  }
  Status trouble() const override { return provider_.trouble(); }
  std::string where() const override { return "the id token of this job of Azure Pipelines"; }

 private:
  const std::string url_;
  std::string token_;
  IdentityProvider provider_;
};

}  // namespace

// Every job has these variables, also one that was given another login.
bool fits_azure_devops_oidc(const Login& login) {
  return missing_variables(login).empty() && (login.has("client_id") || !has_login_settings(login.settings));
}

Result<std::shared_ptr<Credential>> make_azure_devops_oidc(const Login& login) {
  if (const std::string missing = missing_variables(login); !missing.empty()) {
    return failure(
        Code::kInvalidArgument,
        "the login azure-devops-oidc works in a job of Azure Pipelines; these variables are not set here: " + missing +
            " (SYSTEM_ACCESSTOKEN is there for steps that map it: env: SYSTEM_ACCESSTOKEN: "
            "$(System.AccessToken)). Set: " +
            list_of(login.settings));
  }
  return make_exchange("azure-devops-oidc", login, std::make_unique<DevopsToken>(login));
}

}  // namespace brickwork
