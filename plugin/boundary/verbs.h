#pragma once

#include <boost/json.hpp>
#include <map>
#include <span>
#include <string>

#include "auth/login.h"
#include "runs/verbs.h"

namespace brickwork::boundary {

// What a verb may see of its client.
struct VerbClient {
  RestClient& rest;
  runs::Memory& memory;
  Credential& credential;
  const Login& login;                                 // what the credential was made from
  const std::map<std::string, std::string>& sources;  // where each setting of the connection came from
};

// One line for each verb: this table is the only place where a number meets what it does. Schemas go by the name,
// "<name>-request/1" and "<name>-response/1".
struct Verb {
  enum class Waits { kNo, kForARun, kWhenAsked };  // kWhenAsked: with "wait" in the request

  std::uint32_t number;
  const char* name;
  Waits waits;
  // One of the two. Pure ones need no client and run wherever they are called.
  Result<boost::json::object> (*pure)(boost::json::object request) = nullptr;
  Task<Result<boost::json::object>> (*run)(Context& context, VerbClient& client, boost::json::object request,
                                           runs::Progress progress) = nullptr;
};

std::span<const Verb> verbs();
const Verb* find_verb(std::uint32_t number);

// Verbs whose work is a translation between a document and one function of the room below.
Result<boost::json::object> lint_group(boost::json::object request);
Result<boost::json::object> compile_group(boost::json::object request);
Result<boost::json::object> import_group(boost::json::object request);
Task<Result<boost::json::object>> send_rest(Context& context, VerbClient& client, boost::json::object request,
                                            runs::Progress progress);
Task<Result<boost::json::object>> check_auth(Context& context, VerbClient& client, boost::json::object request,
                                             runs::Progress progress);
Task<Result<boost::json::object>> auth_headers(Context& context, VerbClient& client, boost::json::object request,
                                               runs::Progress progress);
Task<Result<boost::json::object>> auth_session_info(Context& context, VerbClient& client, boost::json::object request,
                                                    runs::Progress progress);
Task<Result<boost::json::object>> auth_u2m_url(Context& context, VerbClient& client, boost::json::object request,
                                               runs::Progress progress);
Task<Result<boost::json::object>> auth_u2m_exchange(Context& context, VerbClient& client, boost::json::object request,
                                                    runs::Progress progress);
Task<Result<boost::json::object>> auth_create_app(Context& context, VerbClient& client, boost::json::object request,
                                                  runs::Progress progress);

}  // namespace brickwork::boundary
