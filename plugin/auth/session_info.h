#pragma once

#include <boost/json.hpp>

#include "auth/login.h"
#include "rest/client.h"

namespace brickwork {

// With what a host opens Databricks Connect itself: address, headers, connection string, and whether the cluster's
// runtime and the host's databricks-connect fit. Holds the credential: it is for the host alone.
Task<Result<boost::json::object>> session_info(Context& context, RestClient& client, Credential& credential,
                                               const Login& login, boost::json::object request);

}  // namespace brickwork
