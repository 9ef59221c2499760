#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>

#include "engine/status.h"

namespace brickwork {

// A JSON Web Token of these claims, signed with RS256. The key is PEM, as it stands in a service account's file.
Result<std::string> sign_token(const boost::json::object& claims, const std::string& key_id, const std::string& key);

// How long a token was made for, in seconds, by its own claims `iat` and `exp`; empty when it does not say. Nothing is
// verified: whoever issued it is known by other means.
std::optional<std::int64_t> seconds_of_token(const std::string& token);

}  // namespace brickwork
