#pragma once

#include <boost/json.hpp>
#include <string_view>

#include "engine/status.h"

namespace brickwork::boundary {

// A document of the host. INVALID_ARGUMENT, with the pointer of the place, for what is not JSON or not UTF-8, not an
// object, above 32 MiB, nested deeper than 256, or names a member twice: which of the two was meant is the host's to
// say. Empty text is an empty object. `name` is what messages call it ("the request", "the connection"). A document
// that is used once and thrown away is parsed a third faster into a `storage` of its own.
Result<boost::json::object> parse_document(std::string_view text, std::string_view name,
                                           const boost::json::storage_ptr& storage = {});

}  // namespace brickwork::boundary
