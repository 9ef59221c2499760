#include "auth/azure_headers.h"

#include <algorithm>

namespace brickwork {

Proof azure_proof(const OauthToken& token, const OauthToken* management, const std::string& resource_id) {
  Proof proof = bearer(token);
  if (!resource_id.empty()) proof.headers.emplace_back("X-Databricks-Azure-Workspace-Resource-Id", resource_id);
  if (management == nullptr) return proof;
  proof.headers.emplace_back("X-Databricks-Azure-SP-Management-Token", management->access_token);
  if (management->lifetime)
    proof.lifetime = std::min(proof.lifetime.value_or(*management->lifetime), *management->lifetime);
  return proof;
}

}  // namespace brickwork
