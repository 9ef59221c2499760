#include "auth/azure_devops_oidc.h"

#include <array>

#include "auth/token_exchange.h"
#include "auth/wipe.h"

namespace brickwork {
namespace {

constexpr std::array<const char*, 6> kVariables = {"SYSTEM_ACCESSTOKEN",   "SYSTEM_TEAMFOUNDATIONCOLLECTIONURI",
                                                   "SYSTEM_TEAMPROJECTID", "SYSTEM_PLANID",
                                                   "SYSTEM_JOBID",         "SYSTEM_HOSTTYPE"};

std::string variable(const Login& login, const char* name) { return login.environment.variable(name).value_or(""); }

std::string missing_variables(const Login& login) {
  std::string missing;
  for (const char* name : kVariables)
    if (variable(login, name).empty()) missing.append(missing.empty() ? "" : ", ").append(name);
  return missing;
}

// The collection ends with a slash: "https://dev.azure.com/organisation/".
std::string url_of_job(const Login& login) {
  std::string url = variable(login, kVariables[1]);
  if (!url.empty() && url.back() != '/') url += '/';
  return url + variable(login, kVariables[2]) + "/_apis/distributedtask/hubs/" + variable(login, kVariables[5]) +
         "/plans/" + variable(login, kVariables[3]) + "/jobs/" + variable(login, kVariables[4]) +
         "/oidctoken?api-version=7.2-preview.1";
}

class DevopsToken : public IdTokenSource {
 public:
  explicit DevopsToken(const Login& login)
      : url_(url_of_job(login)), token_(variable(login, kVariables[0])), provider_(login.http) {}
  ~DevopsToken() override { wipe(token_); }

  Task<Result<std::string>> id_token(Context& context, std::string) override {
    IdentityRequest request;
    request.provider = "the token issuer of Azure Pipelines";
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
    const boost::json::value* value = answer.value().body.if_contains("oidcToken");
    std::string token = value && value->is_string() ? std::string(value->get_string()) : std::string();
    wipe(answer.value().body);
    if (!token.empty()) co_return token;
    Fault fault;
    fault.code = Code::kUnavailable;
    fault.retryable = true;
    fault.message = "the token issuer of Azure Pipelines answered without a token";
    co_return Status(std::move(fault));
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
