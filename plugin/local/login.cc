#include "local/login.h"

#include "local/base64.h"
#include "local/http_text.h"

namespace brickwork::local {
namespace {

constexpr const char* kNotSent = "Credential was not sent or was of an unsupported type for this API.";

bool is_of_scheme(const std::string& authorization, std::string_view scheme) {
  return authorization.size() > scheme.size() && authorization[scheme.size()] == ' ' &&
         lower_case(authorization.substr(0, scheme.size())) == scheme;
}

}  // namespace

std::optional<Caller> Login::caller_of(const std::string& authorization) const {
  if (is_of_scheme(authorization, "bearer")) return users_.authenticate(authorization.substr(7));
  const auto pair = base64_decode(authorization.substr(6));
  const std::size_t colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos) return std::nullopt;
  auto caller = users_.authenticate(pair->substr(colon + 1));
  // "token" is the name that goes with every personal access token, as on Databricks.
  const std::string name = lower_case(pair->substr(0, colon));
  if (caller && name != "token" && name != lower_case(caller->user_name)) return std::nullopt;
  return caller;
}

std::optional<Response> Login::refusal(Request& request) const {
  const auto authorization = request.headers.find("authorization");
  if (authorization == request.headers.end() ||
      !(is_of_scheme(authorization->second, "bearer") || (basic_ && is_of_scheme(authorization->second, "basic"))))
    return error_response(401, "UNAUTHENTICATED", kNotSent, request.request_id);
  auto caller = caller_of(authorization->second);
  if (!caller) return error_response(401, "UNAUTHENTICATED", "Invalid access token.", request.request_id);
  request.caller = std::move(*caller);
  return std::nullopt;
}

}  // namespace brickwork::local
