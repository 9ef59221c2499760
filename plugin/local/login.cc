#include "local/login.h"

#include <algorithm>

#include "local/base64.h"
#include "local/http_text.h"

namespace brickwork::local {
namespace {

constexpr const char* kNotSent = "Credential was not sent or was of an unsupported type for this API.";

bool is_of_scheme(const std::string& authorization, std::string_view scheme) {
  return authorization.size() > scheme.size() && authorization[scheme.size()] == ' ' &&
         lower_case(authorization.substr(0, scheme.size())) == scheme;
}

// Scopes are named after APIs, "sql" or "secrets:read" (best knowledge). An access token without all-apis reaches those
// alone, and may always ask whose it is.
bool is_in_scope(const Request& request, const std::vector<std::string>& scopes) {
  if (scopes.empty() || request.path.ends_with("/scim/v2/Me")) return true;
  std::string_view path = request.path;
  path.remove_prefix(std::min(path.size(), path.starts_with("/api/2.") ? path.find('/', 5) + 1 : path.size()));
  const std::string_view api = path.substr(0, path.find('/'));
  return std::any_of(scopes.begin(), scopes.end(), [&](std::string_view scope) {
    const std::string_view name = scope.substr(0, scope.find_first_of(":."));
    const bool reads_only = scope.ends_with(":read");
    return scope == "all-apis" ||
           (!api.empty() && name == api && (!reads_only || request.method == "GET" || request.method == "HEAD"));
  });
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
  if (!is_in_scope(request, caller->scopes))
    return error_response(403, "PERMISSION_DENIED", "Provided OAuth token does not have required scopes for this API.",
                          request.request_id);
  request.caller = std::move(*caller);
  return std::nullopt;
}

}  // namespace brickwork::local
