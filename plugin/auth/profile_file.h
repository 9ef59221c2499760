#pragma once

#include <map>
#include <string>
#include <string_view>

#include "engine/status.h"

namespace brickwork {

// .databrickscfg as Databricks' Go SDK reads it: sections, "key = value" or "key : value", comments on lines of their
// own and behind a space. Keys are in lower case; what stands before the first section belongs to DEFAULT.
using Profiles = std::map<std::string, std::map<std::string, std::string>, std::less<>>;

// Errors name the line, never what it says: it may be a token.
Result<Profiles> parse_profiles(std::string_view text, const std::string& path);

// NOT_FOUND when there is no such file.
Result<Profiles> read_profiles(const std::string& path);

}  // namespace brickwork
