#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "local/router.h"

namespace brickwork::local {

// An opaque page token holds an offset and a digest of the query it belongs to, so that a token that is sent with
// another filter is refused instead of answering with a wrong page.
std::string page_token(std::int64_t offset, std::string_view query);
std::int64_t page_offset(const std::string& token, std::string_view query);  // throws ApiError

// The members of a request that select what is listed, as one text to bind a token to.
std::string query_text(const boost::json::object& arguments);

}  // namespace brickwork::local
