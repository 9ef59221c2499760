#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "local/oidc/client_records.h"
#include "local/oidc/federation_policies.h"
#include "local/oidc/grants.h"
#include "local/oidc/key_sets.h"
#include "local/oidc/oidc.h"
#include "local/oidc/signing_key.h"

namespace brickwork::local {

// What the routes of this room share.
struct Oidc::Parts {
  Workspace& workspace;
  UserStore& users;
  std::function<std::int64_t()> now_ms;
  std::int64_t access_token_ms;
  std::string account_id;
  SigningKey key;
  ClientRecords clients;
  Grants grants;
  FederationPolicies policies;
  KeySets key_sets;
};

void add_discovery(Router& router, Oidc::Parts& parts);
void add_token_endpoint(Router& router, Oidc::Parts& parts);
void add_authorization(Router& router, Oidc::Parts& parts);
void add_accounts(Router& router, Oidc::Parts& parts);
void add_app_integrations(Router& router, Oidc::Parts& parts);
void add_federation_policies(Router& router, Oidc::Parts& parts);

// Below /api/2.0/accounts/{account_id}: for admins, and for the account of this workspace alone.
void add_account_route(Router& router, Oidc::Parts& parts, const std::string& method, const std::string& path,
                       Handler handler);
// PERMISSION_DENIED for who is no admin.
void require_account_admin(const Request& request);
// The service principal with the id in {service_principal_id}.
Principal principal_of_path(Oidc::Parts& parts, const Request& request);
// One page of `entries` as member `name`, by page_size and page_token.
Response page_of_entries(const Request& request, const char* name, const boost::json::array& entries);

}  // namespace brickwork::local
