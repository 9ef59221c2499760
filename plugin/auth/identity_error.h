#pragma once

#include "auth/identity_provider.h"

namespace brickwork {

// What an identity provider's answer means. Pure.
Result<IdentityAnswer> read_identity_answer(const IdentityRequest& request, const Outcome& outcome,
                                            std::int64_t unix_ms);

}  // namespace brickwork
