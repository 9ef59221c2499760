#pragma once

#include <boost/json.hpp>
#include <cstddef>
#include <string_view>

#include "brickwork/plugin.h"

namespace brickwork::boundary {

// A copy of `text` that the host frees. Throws std::bad_alloc; then *out is as it was.
void give(std::string_view text, bw_bytes* out);

// The text of a document, written where the host reads it: for large ones the copy would cost as much as the writing.
// `expected` bytes are set aside at first.
void give(const boost::json::object& document, std::size_t expected, bw_bytes* out);

// Wipes and frees: what a host reads may hold what its own notebooks printed.
void free_bytes(bw_bytes* bytes) noexcept;

}  // namespace brickwork::boundary
