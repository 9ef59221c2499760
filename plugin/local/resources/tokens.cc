#include <boost/json/array.hpp>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/resources.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

constexpr std::size_t kTokensPerUser = 600;

json::object described(const TokenInfo& token) {
  return {{"token_id", token.token_id},
          {"creation_time", token.creation_time},
          {"expiry_time", token.expiry_time},
          {"comment", token.comment}};
}

json::object described_for_admin(UserStore& users, const TokenInfo& token) {
  json::object body = described(token);
  body["owner_id"] = token.user_id;
  body["created_by_id"] = token.user_id;
  if (const auto owner = users.find_any(token.user_id)) body["created_by_username"] = owner->name;
  return body;
}

std::vector<TokenInfo> tokens_of(UserStore& users, std::int64_t user_id) {
  std::vector<TokenInfo> found;
  for (TokenInfo& token : users.tokens())
    if (token.user_id == user_id) found.push_back(std::move(token));
  return found;
}

Response new_token(UserStore& users, std::int64_t user_id, const json::object& arguments) {
  const auto lifetime = integer_field(arguments, "lifetime_seconds");
  if (lifetime && (*lifetime <= 0 || *lifetime > 100LL * 365 * 86'400))
    throw invalid_parameter("lifetime_seconds must be greater than 0");
  if (tokens_of(users, user_id).size() >= kTokensPerUser)
    throw ApiError(400, "QUOTA_EXCEEDED", "The number of tokens exceeds the quota of 600 for a user");
  const UserStore::NewToken made = users.create_token(user_id, text_field(arguments, "comment").value_or(""), lifetime);
  return json_response({{"token_value", made.value}, {"token_info", described(made.info)}});
}

ApiError no_such_token(const std::string& id) { return does_not_exist("Token with id " + id + " does not exist."); }

TokenInfo token_with_id(UserStore& users, const std::string& id, std::optional<std::int64_t> user_id) {
  for (TokenInfo& token : users.tokens())
    if (token.token_id == id && (!user_id || token.user_id == *user_id)) return std::move(token);
  throw no_such_token(id);
}

void require_admin(const Request& request) {
  if (!request.caller.is_admin())
    throw ApiError(403, "PERMISSION_DENIED", "Only workspace admins may manage the tokens of others.");
}

Response list_all(UserStore& users, const Request& request) {
  require_admin(request);
  const auto id = integer_field(request.arguments(), "created_by_id");
  const auto name = text_field(request.arguments(), "created_by_username");
  json::array infos;
  for (const TokenInfo& token : users.tokens()) {
    if (id && token.user_id != *id) continue;
    json::object shown = described_for_admin(users, token);
    if (!name || (shown.contains("created_by_username") && shown.at("created_by_username").as_string() == *name))
      infos.push_back(std::move(shown));
  }
  if (infos.empty()) return {};
  return json_response({{"token_infos", std::move(infos)}});
}

Response on_behalf_of(UserStore& users, const Request& request) {
  require_admin(request);
  const std::string name = required_text(request.arguments(), "application_id");
  const auto principal = users.find_named(PrincipalKind::kServicePrincipal, name);
  if (!principal) throw does_not_exist("Service principal with application ID " + name + " does not exist.");
  return new_token(users, principal->id, request.arguments());
}

}  // namespace

void add_tokens(Router& router, UserStore& users) {
  router.add("POST", "/api/2.0/token/create", [&users](const Request& request) {
    return new_token(users, request.caller.user_id, request.arguments());
  });
  router.add("GET", "/api/2.0/token/list", [&users](const Request& request) {
    json::array infos;
    for (const TokenInfo& token : tokens_of(users, request.caller.user_id)) infos.push_back(described(token));
    return infos.empty() ? Response{} : json_response({{"token_infos", std::move(infos)}});
  });
  router.add("POST", "/api/2.0/token/delete", [&users](const Request& request) {
    users.revoke(token_with_id(users, required_text(request.arguments(), "token_id"), request.caller.user_id).token_id);
    return Response{};
  });
  const std::string management = "/api/2.0/token-management/";
  router.add("GET", management + "tokens", [&users](const Request& request) { return list_all(users, request); });
  router.add("POST", management + "on-behalf-of/tokens",
             [&users](const Request& request) { return on_behalf_of(users, request); });
  router.add("GET", management + "tokens/{token_id}", [&users](const Request& request) {
    require_admin(request);
    const TokenInfo token = token_with_id(users, request.captures.at("token_id"), std::nullopt);
    return json_response({{"token_info", described_for_admin(users, token)}});
  });
  router.add("DELETE", management + "tokens/{token_id}", [&users](const Request& request) {
    require_admin(request);
    if (!users.revoke(request.captures.at("token_id"))) throw no_such_token(request.captures.at("token_id"));
    return Response{};
  });
}

}  // namespace brickwork::local
