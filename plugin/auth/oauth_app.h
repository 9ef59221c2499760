#pragma once

#include <boost/json.hpp>

#include "auth/login.h"
#include "rest/client.h"

namespace brickwork {

// Makes the OAuth application of an account that its users log in to with a browser, unless there is one of that name.
// The answer holds the secret of a confidential one, which Databricks tells only now.
Task<Result<boost::json::object>> create_oauth_app(Context& context, RestClient& client, const Login& login,
                                                   boost::json::object request);

}  // namespace brickwork
