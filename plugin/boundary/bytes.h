#pragma once

#include <string_view>

#include "brickwork/plugin.h"

namespace brickwork::boundary {

// A copy of `text` that the host frees. Throws std::bad_alloc; then *out is as it was.
void give(std::string_view text, bw_bytes* out);

// Wipes and frees: what a host reads may hold what its own notebooks printed.
void free_bytes(bw_bytes* bytes) noexcept;

}  // namespace brickwork::boundary
