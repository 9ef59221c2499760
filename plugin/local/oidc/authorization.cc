#include <boost/json/array.hpp>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/http_text.h"
#include "local/oidc/parts.h"
#include "local/oidc/texts.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

// What a client asked the user for, as it stands in the address that it opened in the browser.
struct Wanted {
  App app;
  std::string redirect_uri;
  std::string state;
  std::string code_challenge;
  std::vector<std::string> scopes;
};

std::string with_parameters(const std::string& address, const json::object& parameters) {
  std::string whole = address;
  for (const auto& [name, value] : parameters) {
    if (value.get_string().empty()) continue;
    whole += whole.find('?') == std::string::npos ? "?" : "&";
    whole += std::string(name) + "=" + percent_encode(value.get_string());
  }
  return whole;
}

// Whom to send back to is settled first: until then nobody is sent anywhere.
Wanted wanted_app(Oidc::Parts& parts, const json::object& arguments) {
  const std::string client_id = required_text(arguments, "client_id");
  auto app = parts.clients.app_of_client(client_id);
  if (!app) throw invalid_parameter("No OAuth application has the client_id " + client_id + ".");
  Wanted wanted{.app = std::move(*app), .redirect_uri = required_text(arguments, "redirect_uri")};
  if (!wanted.app.may_redirect_to(wanted.redirect_uri))
    throw invalid_parameter("The redirect_uri " + wanted.redirect_uri + " is not one of the application " +
                            wanted.app.name + ".");
  wanted.state = text_field(arguments, "state").value_or("");
  return wanted;
}

// An error of OAuth, and what it is about; both empty when all is well.
std::pair<std::string, std::string> read_rest(Wanted& wanted, const json::object& arguments) {
  if (text_field(arguments, "response_type").value_or("") != "code")
    return {"unsupported_response_type", "The response_type must be code."};
  for (const char* narrowing : {"authorization_details", "assume_group"})
    if (!text_field(arguments, narrowing).value_or("").empty())
      return {"invalid_request", std::string(narrowing) + " is not supported by this workspace."};
  wanted.code_challenge = text_field(arguments, "code_challenge").value_or("");
  constexpr std::size_t kSha256Size = 32;
  const auto challenge = base64url_decode(wanted.code_challenge);
  if (!challenge || challenge->size() != kSha256Size ||
      text_field(arguments, "code_challenge_method").value_or("") != "S256")
    return {"invalid_request", "A code_challenge with the code_challenge_method S256 is required."};
  wanted.scopes = scopes_of(text_field(arguments, "scope").value_or(""));
  if (wanted.scopes.empty()) wanted.scopes = {"all-apis"};
  for (const std::string& scope : wanted.scopes)
    if (!wanted.app.scopes.empty() && !contains(wanted.app.scopes, scope))
      return {"invalid_scope", "The application may not ask for the scope " + scope + "."};
  return {};
}

// The scheme, host and port of an address that an application registered.
std::string origin_of(const std::string& address) {
  const std::size_t host = address.find("://");
  return host == std::string::npos ? address : address.substr(0, address.find_first_of("/?#", host + 3));
}

Response back(const Wanted& wanted, const json::object& parameters) {
  json::object all = parameters;
  all["state"] = wanted.state;
  return json_response({{"location", with_parameters(wanted.redirect_uri, all)}});
}

// The page for the user asks twice: what it is about, and then with the user's answer.
Response authorize(Oidc::Parts& parts, const Request& request) {
  const json::object& arguments = request.arguments();
  Wanted wanted = wanted_app(parts, arguments);
  const auto [error, description] = read_rest(wanted, arguments);
  if (!error.empty()) return back(wanted, {{"error", error}, {"error_description", description}});
  const std::string answer = text_field(arguments, "answer").value_or("");
  if (answer.empty())
    return json_response({{"app_name", wanted.app.name},
                          {"scopes", json_texts(wanted.scopes)},
                          {"redirect_origin", origin_of(wanted.redirect_uri)}});
  if (answer != "allow") return back(wanted, {{"error", "access_denied"}, {"error_description", "The user refused."}});
  const std::string code =
      parts.grants.create_code({.grant = {wanted.app.client_id, request.caller.user_id, wanted.scopes},
                                .redirect_uri = wanted.redirect_uri,
                                .code_challenge = wanted.code_challenge});
  return back(wanted, {{"code", code}});
}

}  // namespace

void add_authorization(Router& router, Oidc::Parts& parts) {
  router.add("POST", "/api/brickwork/oidc/authorize",
             [&parts](const Request& request) { return authorize(parts, request); });
}

}  // namespace brickwork::local
