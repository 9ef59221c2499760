#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>

#include "auth/command.h"
#include "auth/oauth_token.h"

namespace brickwork {

// What `az` says. Pure. Every error says what was asked, in `az`'s own words why not, and the way out.
using AzAnswer = boost::json::object;  // may hold a token: wiped by who reads it

enum class AzUser { kPerson, kPrincipal, kManagedIdentity };

Result<AzAnswer> read_az_answer(const std::string& asked, CommandResult ran);
Status az_trouble(const std::string& asked, const Status& why);
AzUser az_user(const AzAnswer& account);
Result<OauthToken> az_token(AzAnswer& answer, std::int64_t unix_ms);

}  // namespace brickwork
