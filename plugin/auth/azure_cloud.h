#pragma once

#include <string>

#include "auth/login.h"

namespace brickwork {

// One of Microsoft's clouds, as far as a login needs it.
struct AzureCloud {
  std::string application_id;      // Azure Databricks itself, as a resource for which a token is good
  std::string active_directory;    // where tokens come from, no slash at the end
  std::string service_management;  // the resource of the second token, slash and all
};

// By azure_workspace_resource_id, `cloud`, or the host's name.
bool is_azure(const Login& login);
bool is_google_cloud(const Login& login);

// By the host's name, else azure_environment. The connection's `endpoints` go before.
AzureCloud azure_cloud(const Login& login);

// INVALID_ARGUMENT with the way out when the host is none of Azure's.
Status require_azure(const Login& login, std::string_view auth_type);

}  // namespace brickwork
