#include "auth/azure_cloud.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace brickwork {
namespace {

constexpr std::string_view kDatabricks = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d";

struct Zone {
  std::string_view suffix;
  std::string_view application_id;
  std::string_view environment;
};
constexpr std::array<Zone, 5> kZones = {{
    {".dev.azuredatabricks.net", "62a912ac-b58e-4c1d-89ea-b2dbfc7358fc", "PUBLIC"},
    {".staging.azuredatabricks.net", "4a67d088-db5c-48f1-9ff2-0aace800ae68", "PUBLIC"},
    {".azuredatabricks.net", kDatabricks, "PUBLIC"},
    {".databricks.azure.us", kDatabricks, "USGOVERNMENT"},
    {".databricks.azure.cn", kDatabricks, "CHINA"},
}};

struct Endpoints {
  std::string_view environment;
  std::string_view active_directory;
  std::string_view service_management;
};
constexpr std::array<Endpoints, 3> kEndpoints = {{
    {"PUBLIC", "https://login.microsoftonline.com", "https://management.core.windows.net/"},
    {"USGOVERNMENT", "https://login.microsoftonline.us", "https://management.core.usgovcloudapi.net/"},
    {"CHINA", "https://login.chinacloudapi.cn", "https://management.core.chinacloudapi.cn/"},
}};

std::string name_of_host(const Login& login) {
  std::string name = login.host.substr(std::min(login.host.size(), login.host.find("://") + 3));
  return name.substr(0, name.find(':'));
}

const Zone* zone_of(const Login& login) {
  const std::string name = name_of_host(login);
  const auto found =
      std::find_if(kZones.begin(), kZones.end(), [&](const Zone& zone) { return name.ends_with(zone.suffix); });
  return found == kZones.end() ? nullptr : &*found;
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

// "AzureChinaCloud" is how older tools wrote CHINA.
std::string environment_of(const Login& login) {
  std::string name = upper(login.value("azure_environment"));
  if (name.starts_with("AZURE")) name.erase(0, 5);
  if (name.ends_with("CLOUD")) name.erase(name.size() - 5);
  return name;
}

}  // namespace

bool is_azure(const Login& login) {
  if (login.has("azure_workspace_resource_id")) return true;
  if (login.has("cloud")) return upper(login.value("cloud")) == "AZURE";
  return zone_of(login) != nullptr;
}

bool is_google_cloud(const Login& login) {
  if (login.has("cloud")) return upper(login.value("cloud")) == "GCP";
  return name_of_host(login).ends_with(".gcp.databricks.com");
}

AzureCloud azure_cloud(const Login& login) {
  const Zone* zone = zone_of(login);
  const std::string environment = zone == nullptr ? environment_of(login) : std::string(zone->environment);
  auto found = std::find_if(kEndpoints.begin(), kEndpoints.end(),
                            [&](const Endpoints& each) { return each.environment == environment; });
  if (found == kEndpoints.end()) found = kEndpoints.begin();
  AzureCloud cloud;
  cloud.application_id = zone == nullptr ? kDatabricks : zone->application_id;
  cloud.active_directory = login.endpoint("active_directory_endpoint", found->active_directory);
  cloud.service_management = found->service_management;
  return cloud;
}

Status require_azure(const Login& login, std::string_view auth_type) {
  if (is_azure(login)) return Status();
  return failure(Code::kInvalidArgument,
                 "the login " + std::string(auth_type) +
                     " is for Azure Databricks, and the host's name is none of Azure's: azure_workspace_resource_id "
                     "(DATABRICKS_AZURE_RESOURCE_ID) or \"cloud\": \"azure\" says that it is one. Set: " +
                     list_of(login.settings),
                 "/host");
}

}  // namespace brickwork
