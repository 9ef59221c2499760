#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string_view>

#include "engine/http.h"
#include "engine/status.h"

namespace brickwork {

// The JSON of an answer, with a limit on depth: nesting a thousand deep is an attack or a fault, and freeing it would
// take a stack as deep. Null when the text is empty.
Result<boost::json::value> parse_answer(std::string_view text);

// What an answer outside 200..299 means. Databricks' error_code decides, then the HTTP status: the same code arrives
// under several statuses. Fills code, message, error_code, http_status, request_id, retry_after.
Fault read_api_error(std::string_view method, std::string_view path, const HttpResponse& response,
                     std::int64_t unix_ms);

// Whether the text of an error asks for another try, whatever status it came with. The list is that of Databricks'
// SDKs.
bool says_try_again(std::string_view message);

// Whether a refusal is about the token and not about what its owner may do: 401, or a 403 that says so.
bool is_about_token(int http_status, std::string_view message);

}  // namespace brickwork
