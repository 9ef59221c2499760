#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "group/dependencies.h"

namespace brickwork::group {

// Is `wanted` somewhere before `task`?
struct UpstreamQuestion {
  std::uint32_t task = 0;
  std::uint32_t wanted = 0;
};

// All questions answered together: 64 tasks that are asked for cost one walk over the dependencies, where a walk for
// each question would be the square of a job whose tasks all read from its first ones.
std::vector<bool> are_upstream(const Dependencies& dependencies, std::span<const UpstreamQuestion> questions);

}  // namespace brickwork::group
