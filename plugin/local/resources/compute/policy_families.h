#pragma once

#include <span>
#include <string_view>

#include "local/router.h"

namespace brickwork::local {

// Definitions to start from, which a policy takes over with changes of its own.
struct PolicyFamily {
  const char* policy_family_id;
  const char* name;
  const char* description;
  const char* definition;
};

std::span<const PolicyFamily> policy_families();
// RESOURCE_DOES_NOT_EXIST when there is none.
const PolicyFamily& policy_family(std::string_view id);

void add_policy_families(Router& router);

}  // namespace brickwork::local
