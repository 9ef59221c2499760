#pragma once

#include <boost/json/array.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace brickwork::local {

std::string rfc3339(std::int64_t time_ms);  // UTC, with milliseconds

boost::json::array json_texts(const std::vector<std::string>& texts);
// INVALID_PARAMETER_VALUE when an entry is no text; nothing for no array.
std::vector<std::string> texts_of(const boost::json::array* array);

// "all-apis offline_access" and back; the order stays, what stands twice stands once.
std::vector<std::string> scopes_of(std::string_view text);
std::string scope_text(const std::vector<std::string>& scopes);

bool contains(const std::vector<std::string>& texts, std::string_view text);

}  // namespace brickwork::local
