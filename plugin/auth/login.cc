#include "auth/login.h"

#include <algorithm>
#include <array>

#include "auth/azure_cli.h"
#include "auth/azure_client_secret.h"
#include "auth/azure_devops_oidc.h"
#include "auth/azure_github_oidc.h"
#include "auth/azure_msi.h"
#include "auth/basic.h"
#include "auth/env_oidc.h"
#include "auth/file_oidc.h"
#include "auth/github_oidc.h"
#include "auth/google_credentials.h"
#include "auth/google_id.h"
#include "auth/metadata_service.h"
#include "auth/oauth_m2m.h"
#include "auth/oauth_u2m.h"
#include "auth/pat.h"

namespace brickwork {
namespace {

constexpr std::array kKinds = {
    kPatLogin,
    kBasicLogin,
    kOauthM2mLogin,
    kDatabricksCliLogin,
    kMetadataServiceLogin,
    kGithubOidcLogin,
    kAzureDevopsOidcLogin,
    kEnvOidcLogin,
    kFileOidcLogin,
    kAzureGithubOidcLogin,
    kAzureMsiLogin,
    kAzureClientSecretLogin,
    kAzureCliLogin,
    kGoogleCredentialsLogin,
    kGoogleIdLogin,
    kExternalBrowserLogin,  // not in Go's chain; only by its name
};

}  // namespace

std::span<const LoginKind> login_kinds() { return kKinds; }

const LoginKind* find_login_kind(std::string_view auth_type) {
  const auto found =
      std::find_if(kKinds.begin(), kKinds.end(), [&](const LoginKind& kind) { return kind.auth_type == auth_type; });
  return found == kKinds.end() ? nullptr : &*found;
}

std::string Login::where(std::span<const std::string_view> names) const {
  std::string list;
  for (const std::string_view name : names) {
    const auto found = settings.find(name);
    if (found == settings.end()) continue;
    if (!list.empty()) list += ", ";
    list.append(name).append(" (").append(found->second.source).append(")");
  }
  return list;
}

std::string Login::endpoint(std::string_view name, std::string_view usual) const {
  const auto found = endpoints.find(name);
  std::string address(found == endpoints.end() ? usual : std::string_view(found->second));
  while (!address.empty() && address.back() == '/') address.pop_back();
  return address;
}

Status Login::require(std::string_view auth_type, std::span<const std::string_view> names) const {
  std::string missing;
  std::string_view first;
  for (const std::string_view name : names) {
    if (has(name)) continue;
    if (first.empty()) first = name;
    if (!missing.empty()) missing += ", ";
    missing += name;
    for (const Attribute& attribute : attributes())
      if (attribute.name == name && !attribute.variable.empty()) missing.append(" (").append(attribute.variable) += ')';
  }
  if (missing.empty()) return Status();
  return failure(
      Code::kInvalidArgument,
      "the login " + std::string(auth_type) + " lacks " + missing +
          ": the connection, the environment or a profile of .databrickscfg brings it. Set: " + list_of(settings),
      "/" + std::string(first));
}

}  // namespace brickwork
