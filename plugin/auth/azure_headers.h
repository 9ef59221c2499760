#pragma once

#include <optional>
#include <string>

#include "auth/oauth_token.h"

namespace brickwork {

// What a workspace of Azure wants to see of a principal: its token, the token with which it may be found among those
// who own the workspace's resource, and which resource that is. The proof lives as long as the shorter token.
Proof azure_proof(const OauthToken& token, const OauthToken* management, const std::string& resource_id);

}  // namespace brickwork
