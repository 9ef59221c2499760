#pragma once

#include <boost/json.hpp>
#include <map>
#include <memory>
#include <string>

#include "auth/login.h"

namespace brickwork {

// Reads the variables of this process at each call: use it on the thread of the host that opens the client.
Environment process_environment();

struct Resolved {
  RestClient::Options options;
  std::shared_ptr<Credential> credential;
  std::shared_ptr<const Login> login;  // what the credential was made from: for logins that a verb begins
  // Where each setting came from, never its value: "connection", "environment variable DATABRICKS_HOST",
  // "profile staging of /home/me/.databrickscfg".
  std::map<std::string, std::string> sources;
};

// Which workspace, as whom: the connection document first, then the environment, then a profile of .databrickscfg, by
// the rules of the Databricks SDKs. Reads files, sends nothing; any thread.
Result<Resolved> resolve(const boost::json::object& connection, const Environment& environment,
                         std::shared_ptr<SecretStore> secrets);

}  // namespace brickwork
