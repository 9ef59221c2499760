#include "auth/azure_tenant.h"

#include <algorithm>
#include <cctype>

namespace brickwork {
namespace {

// https://login.microsoftonline.com/<tenant>/oauth2/authorize?...
std::string tenant_in(std::string_view location) {
  const std::size_t scheme = location.find("://");
  if (scheme == location.npos) return {};
  location.remove_prefix(scheme + 3);
  const std::size_t slash = location.find('/');
  if (slash == location.npos) return {};
  std::string tenant(location.substr(slash + 1));
  tenant = tenant.substr(0, tenant.find_first_of("/?#"));
  const bool plain = std::all_of(tenant.begin(), tenant.end(),
                                 [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '.' || c == '_'; });
  return plain ? tenant : std::string();
}

}  // namespace

AzureTenant::AzureTenant(const Login& login, IdentityProvider& provider)
    : host_(login.host), tenant_(login.value("azure_tenant_id")), provider_(provider) {}

Task<Result<std::string>> AzureTenant::find(Context& context) {
  if (!tenant_.empty()) co_return tenant_;
  IdentityRequest request;
  request.provider = "the login page of " + host_;
  request.method = "GET";
  request.url = host_ + "/aad/auth";
  request.wants_redirect = true;
  request.settings = "It was asked for the tenant, since azure_tenant_id (ARM_TENANT_ID) is not set";
  Task<Result<IdentityAnswer>> asking = provider_.ask(context, std::move(request));
  Result<IdentityAnswer> answer = co_await asking;
  if (!answer.ok()) co_return answer.status();
  for (const auto& [name, value] : answer.value().headers)
    if (name == "location") tenant_ = tenant_in(value);
  if (tenant_.empty()) {
    co_return failure(
        Code::kFailedPrecondition,
        "the login page of " + host_ +
            " does not say to which tenant the workspace belongs: azure_tenant_id (ARM_TENANT_ID) says it",
        "/azure_tenant_id");
  }
  co_return tenant_;
}

}  // namespace brickwork
