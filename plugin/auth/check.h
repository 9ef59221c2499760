#pragma once

#include <boost/json.hpp>
#include <map>
#include <string>

#include "rest/client.h"

namespace brickwork {

// Who the workspace takes us for, by which login, where its settings came from, when it ends, and what of the request's
// `group` it may not do: {user_name, auth_type, host, sources, expires_at_ms, permissions, problems}. Reads only.
Task<Result<boost::json::object>> check_login(Context& context, RestClient& client, Credential& credential,
                                              const std::map<std::string, std::string>& sources,
                                              boost::json::object request);

// The moment in Unix time at which the headers last given end; null when it is not known.
boost::json::value expiry_of(const Credential& credential, const Loop& loop);

}  // namespace brickwork
