#include "auth/settings.h"

#include <algorithm>
#include <array>

namespace brickwork {
namespace {

constexpr auto kAttributes = std::to_array<Attribute>({
    {"host", "DATABRICKS_HOST"},
    {"account_id", "DATABRICKS_ACCOUNT_ID"},
    {"workspace_id", "DATABRICKS_WORKSPACE_ID"},
    {"token", "DATABRICKS_TOKEN", "pat", true},
    {"username", "DATABRICKS_USERNAME", "basic"},
    {"password", "DATABRICKS_PASSWORD", "basic", true},
    {"client_id", "DATABRICKS_CLIENT_ID", "oauth"},
    {"client_secret", "DATABRICKS_CLIENT_SECRET", "oauth", true},
    {"refresh_token", "", "", true},  // of a login in a browser; not a setting of the SDKs
    {"disable_oauth_refresh_token", "DATABRICKS_DISABLE_OAUTH_REFRESH_TOKEN"},
    {"scopes", ""},
    {"profile", "DATABRICKS_CONFIG_PROFILE"},
    {"config_file", "DATABRICKS_CONFIG_FILE"},
    {"auth_type", "DATABRICKS_AUTH_TYPE"},
    {"databricks_cli_path", "DATABRICKS_CLI_PATH"},
    {"metadata_service_url", "DATABRICKS_METADATA_SERVICE_URL", "metadata-service", true},
    {"azure_workspace_resource_id", "DATABRICKS_AZURE_RESOURCE_ID", "azure"},
    {"azure_client_id", "ARM_CLIENT_ID", "azure"},
    {"azure_client_secret", "ARM_CLIENT_SECRET", "azure", true},
    {"azure_tenant_id", "ARM_TENANT_ID", "azure"},
    {"azure_use_msi", "ARM_USE_MSI", "azure"},
    {"azure_environment", "ARM_ENVIRONMENT"},
    {"google_service_account", "DATABRICKS_GOOGLE_SERVICE_ACCOUNT", "google"},
    {"google_credentials", "GOOGLE_CREDENTIALS", "google", true},
    {"oidc_token_filepath", "DATABRICKS_OIDC_TOKEN_FILEPATH", "file-oidc"},
    {"databricks_id_token_filepath", "", "file-oidc"},  // as the SDK for Go calls the same
    {"oidc_token_env", "DATABRICKS_OIDC_TOKEN_ENV", "env-oidc"},
    {"token_audience", "DATABRICKS_TOKEN_AUDIENCE"},
    {"audience", ""},  // as the SDK for Go calls the same
    {"discovery_url", "DATABRICKS_DISCOVERY_URL"},
    {"cloud", "DATABRICKS_CLOUD"},
    {"rate_limit", "DATABRICKS_RATE_LIMIT"},
    {"skip_verify", ""},
    {"cluster_id", "DATABRICKS_CLUSTER_ID"},
    {"serverless_compute_id", "DATABRICKS_SERVERLESS_COMPUTE_ID"},
});

}  // namespace

std::span<const Attribute> attributes() { return kAttributes; }

bool is_secret(std::string_view name) {
  return std::any_of(kAttributes.begin(), kAttributes.end(),
                     [name](const Attribute& attribute) { return attribute.secret && attribute.name == name; });
}

std::string secret_names() {
  std::string names;
  for (const Attribute& attribute : kAttributes)
    if (attribute.secret) names.append(names.empty() ? "" : ", ").append(attribute.name);
  return names;
}

std::string value_of(const Settings& settings, std::string_view name) {
  const auto found = settings.find(name);
  return found == settings.end() ? std::string() : found->second.value;
}

bool has_login_settings(const Settings& settings) {
  return std::any_of(kAttributes.begin(), kAttributes.end(), [&settings](const Attribute& attribute) {
    return !attribute.family.empty() && settings.contains(attribute.name);
  });
}

std::string list_of(const Settings& settings) {
  std::string list;
  for (const auto& [name, setting] : settings) {
    if (!list.empty()) list += ", ";
    list += name + " (" + setting.source + ")";
  }
  return list.empty() ? "nothing" : list;
}

}  // namespace brickwork
