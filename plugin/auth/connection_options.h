#pragma once

#include <boost/json.hpp>

#include "rest/client.h"

namespace brickwork {

// The members of a connection that are no settings of the SDKs: user_agent, timeouts, rate, tls, retry. Every one of
// them is checked; what is wrong is named by its JSON pointer.
Status read_connection_options(const boost::json::object& connection, RestClient::Options& options);

}  // namespace brickwork
