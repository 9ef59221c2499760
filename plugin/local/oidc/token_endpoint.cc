#include <optional>

#include "local/base64.h"
#include "local/http_text.h"
#include "local/oidc/access_tokens.h"
#include "local/oidc/federation.h"
#include "local/oidc/oauth_error.h"
#include "local/oidc/texts.h"
#include "local/random_token.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;
using Parts = Oidc::Parts;

constexpr std::string_view kExchange = "urn:ietf:params:oauth:grant-type:token-exchange";
constexpr std::string_view kJwt = "urn:ietf:params:oauth:token-type:jwt";
constexpr std::string_view kIdToken = "urn:ietf:params:oauth:token-type:id_token";
constexpr std::string_view kPersonalToken = "urn:databricks:params:oauth:token-type:personal-access-token";

// What a client sent: its form, and who it says it is, in the form or as Basic authorization.
struct TokenRequest {
  std::map<std::string, std::string> form;
  std::string client_id;
  std::string client_secret;
  std::string audience;  // of the tokens that are given out

  std::string field(const std::string& name) const {
    const auto found = form.find(name);
    return found == form.end() ? "" : found->second;
  }
  std::string required(const std::string& name) const {
    std::string value = field(name);
    if (value.empty()) throw OAuthError(400, "invalid_request", "The parameter " + name + " is missing.");
    return value;
  }
};

void read_basic(const Request& request, TokenRequest& read) {
  const auto header = request.headers.find("authorization");
  if (header == request.headers.end() || lower_case(header->second.substr(0, 6)) != "basic ") return;
  const auto pair = base64_decode(std::string_view(header->second).substr(6));
  const std::size_t colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos) throw OAuthError(401, "invalid_client", "The Basic authorization cannot be read.");
  // Both are form-encoded first (RFC 6749, 2.3.1).
  read.client_id = percent_decode(pair->substr(0, colon), true);
  read.client_secret = percent_decode(pair->substr(colon + 1), true);
  if (!read.field("client_secret").empty())
    throw OAuthError(400, "invalid_request", "The client authenticates in two ways at once.");
}

TokenRequest read_request(const Parts& parts, const Request& request) {
  TokenRequest read;
  read.form = parse_form(request.body);
  read.client_id = read.field("client_id");
  read.client_secret = read.field("client_secret");
  read.audience =
      request.path.starts_with("/oidc/accounts/") ? parts.account_id : std::to_string(parts.workspace.workspace_id);
  read_basic(request, read);
  // They narrow what a token may do: to leave them out would be to grant more than was asked for.
  for (const char* narrowing : {"authorization_details", "assume_group"})
    if (!read.field(narrowing).empty())
      throw OAuthError(400, "invalid_request", std::string(narrowing) + " is not supported by this workspace.");
  return read;
}

Principal active_principal(Parts& parts, std::int64_t id) {
  auto principal = parts.users.find_any(id);
  if (!principal || !principal->active)
    throw OAuthError(400, "invalid_grant", "The user of this grant does not exist or is not active any more.");
  return std::move(*principal);
}

// What was asked for, or everything that may be; `allowed` empty means anything.
std::vector<std::string> granted_scopes(const std::string& wanted, const std::vector<std::string>& allowed) {
  std::vector<std::string> scopes = scopes_of(wanted);
  if (scopes.empty()) return allowed.empty() ? std::vector<std::string>{"all-apis"} : allowed;
  for (const std::string& scope : scopes)
    if (!allowed.empty() && !contains(allowed, scope))
      throw OAuthError(400, "invalid_scope",
                       "The scope " + scope + " is not among those granted: " + scope_text(allowed) + ".");
  return scopes;
}

json::object token_answer(Parts& parts, const AccessTokenRequest& token) {
  // To the nearest second: some of a second went by since the end was reckoned.
  const std::int64_t seconds = (token.expire_time - parts.now_ms() + 500) / 1000;
  return {{"access_token", make_access_token(parts, token)},
          {"token_type", "Bearer"},
          {"scope", scope_text(token.scopes)},
          {"expires_in", seconds}};
}

json::object client_credentials(Parts& parts, const TokenRequest& request) {
  const auto principal = parts.users.find_named(PrincipalKind::kServicePrincipal, request.client_id);
  const auto secret = principal ? parts.clients.valid_secret(principal->id, request.client_secret) : std::nullopt;
  if (!secret || !principal->active) throw OAuthError(401, "invalid_client", "Client authentication failed");
  std::vector<std::string> scopes = granted_scopes(request.field("scope"), secret->scopes);
  std::erase(scopes, "offline_access");  // who has a secret needs no refresh token
  if (scopes.empty()) throw OAuthError(400, "invalid_scope", "offline_access alone grants nothing.");
  return token_answer(
      parts, {*principal, request.client_id, scopes, request.audience, parts.now_ms() + parts.access_token_ms});
}

App app_of_request(Parts& parts, const TokenRequest& request) {
  auto app = parts.clients.app_of_client(request.client_id);
  const bool proved = app && (!app->confidential || parts.clients.is_secret_of_app(*app, request.client_secret));
  if (!proved) throw OAuthError(401, "invalid_client", "Client authentication failed");
  return std::move(*app);
}

json::object token_for_app(Parts& parts, const TokenRequest& request, const App& app, const Grant& grant) {
  const std::int64_t lifetime = app.policy_ms("access_token_ttl_in_minutes", parts.access_token_ms);
  return token_answer(
      parts, {active_principal(parts, grant.user_id), app.client_id,
              granted_scopes(request.field("scope"), grant.scopes), request.audience, parts.now_ms() + lifetime});
}

void check_code(const TokenRequest& request, const CodeRequest& asked) {
  if (asked.grant.client_id != request.client_id || asked.redirect_uri != request.field("redirect_uri"))
    throw OAuthError(400, "invalid_grant", "The code was given to another client or for another redirect_uri.");
  if (base64url_encode(sha256(request.required("code_verifier"))) != asked.code_challenge)
    throw OAuthError(400, "invalid_grant", "The code_verifier does not go with the code_challenge.");
}

json::object authorization_code(Parts& parts, const TokenRequest& request) {
  const App app = app_of_request(parts, request);
  const auto redeemed = parts.grants.redeem(request.required("code"));
  if (!redeemed) throw OAuthError(400, "invalid_grant", "The code is wrong, was used already, or is too old.");
  check_code(request, redeemed->request);
  const Grant& grant = redeemed->request.grant;
  json::object answer = token_for_app(parts, request, app, grant);
  if (contains(grant.scopes, "offline_access"))
    answer["refresh_token"] = parts.grants.create_refresh_token(app, grant, redeemed->family);
  return answer;
}

json::object refresh_token(Parts& parts, const TokenRequest& request) {
  const App app = app_of_request(parts, request);
  const auto refreshed = parts.grants.refresh(app, request.required("refresh_token"));
  // In these words: by them clients know that somebody has to log in again.
  if (!refreshed) throw OAuthError(400, "invalid_grant", "Refresh token is invalid");
  json::object answer = token_for_app(parts, request, app, refreshed->grant);
  answer["refresh_token"] = refreshed->refresh_token;
  return answer;
}

json::object exchanged_personal_token(Parts& parts, const TokenRequest& request) {
  const auto caller = parts.users.authenticate(request.required("subject_token"));
  if (!caller) throw OAuthError(400, "invalid_grant", "The subject_token is not a valid token of this workspace.");
  return token_answer(parts, {active_principal(parts, caller->user_id), request.client_id,
                              granted_scopes(request.field("scope"), caller->scopes), request.audience,
                              parts.now_ms() + parts.access_token_ms});
}

json::object exchanged_foreign_token(Parts& parts, const TokenRequest& request) {
  const Federated federated = federated_principal(parts, request.client_id, request.required("subject_token"));
  return token_answer(parts, {federated.principal, request.client_id, granted_scopes(request.field("scope"), {}),
                              request.audience, federated.expire_time});
}

json::object exchange(Parts& parts, const TokenRequest& request) {
  const std::string type = request.required("subject_token_type");
  if (type == kPersonalToken) return exchanged_personal_token(parts, request);
  if (type == kJwt || type == kIdToken) return exchanged_foreign_token(parts, request);
  throw OAuthError(400, "invalid_request", "The subject_token_type " + type + " is not supported.");
}

json::object answer_of(Parts& parts, const Request& request) {
  const TokenRequest read = read_request(parts, request);
  const std::string grant_type = read.required("grant_type");
  if (grant_type == "client_credentials") return client_credentials(parts, read);
  if (grant_type == "authorization_code") return authorization_code(parts, read);
  if (grant_type == "refresh_token") return refresh_token(parts, read);
  if (grant_type == kExchange) return exchange(parts, read);
  throw OAuthError(400, "unsupported_grant_type", "The grant_type " + grant_type + " is not supported.");
}

Response token(Parts& parts, const Request& request) {
  Response response;
  try {
    response = json_response(answer_of(parts, request));
  } catch (const OAuthError& error) {
    response = json_response({{"error", error.code()}, {"error_description", error.what()}});
    response.status = error.http_status();
    if (error.http_status() == 401) response.headers.emplace_back("WWW-Authenticate", "Basic realm=\"databricks\"");
  }
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

}  // namespace

void add_token_endpoint(Router& router, Oidc::Parts& parts) {
  for (const std::string& path : {std::string("/oidc/v1/token"), "/oidc/accounts/" + parts.account_id + "/v1/token"})
    router.add(
        "POST", path, [&parts](const Request& request) { return token(parts, request); }, Router::Access::kPublic);
}

}  // namespace brickwork::local
