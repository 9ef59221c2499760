#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/jobs/page.h"
#include "local/oidc/parts.h"
#include "local/oidc/texts.h"
#include "local/resources/scim.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

constexpr std::int64_t kTwoYears = 63'072'000;  // seconds
constexpr std::size_t kMostSecrets = 5;

void require_this_account(const Oidc::Parts& parts, const Request& request) {
  const std::string& account = request.captures.at("account_id");
  if (account != parts.account_id) throw does_not_exist("Account " + account + " does not exist.");
}

// As protobuf writes a duration: "3600s".
std::int64_t seconds_of(const std::string& text) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || std::string_view(end) != "s" || seconds <= 0 || seconds > kTwoYears)
    throw invalid_parameter("lifetime must be a number of seconds up to two years, such as " +
                            std::to_string(kTwoYears) + "s.");
  return seconds;
}

json::object described(const ClientSecret& secret) {
  json::object body{{"id", secret.id},
                    {"secret_hash", secret.hash},
                    {"create_time", rfc3339(secret.create_time)},
                    {"update_time", rfc3339(secret.create_time)},
                    {"expire_time", rfc3339(secret.expire_time)},
                    {"status", "ACTIVE"}};
  if (!secret.scopes.empty()) body["scopes"] = json_texts(secret.scopes);
  return body;
}

Response create_secret(Oidc::Parts& parts, const Request& request) {
  const Principal principal = principal_of_path(parts, request);
  const json::object& arguments = request.arguments();
  const std::int64_t lifetime = seconds_of(text_field(arguments, "lifetime").value_or(std::to_string(kTwoYears) + "s"));
  std::vector<std::string> scopes = texts_of(array_field(arguments, "scopes"));
  if (parts.clients.secrets(principal.id).size() >= kMostSecrets)
    throw ApiError(400, "QUOTA_EXCEEDED", "A service principal has at most 5 secrets.");
  const auto made = parts.clients.create_secret(principal.id, lifetime * 1000, std::move(scopes));
  json::object body = described(made.info);
  body["secret"] = made.value;
  return json_response(body);
}

Response list_secrets(Oidc::Parts& parts, const Request& request) {
  json::array entries;
  for (const ClientSecret& secret : parts.clients.secrets(principal_of_path(parts, request).id))
    entries.push_back(described(secret));
  return page_of_entries(request, "secrets", entries);
}

Response delete_secret(Oidc::Parts& parts, const Request& request) {
  const std::string& id = request.captures.at("secret_id");
  if (!parts.clients.delete_secret(principal_of_path(parts, request).id, id))
    throw does_not_exist("Secret " + id + " does not exist.");
  return {};
}

json::object described(const Oidc::Parts& parts) {
  return {{"account_id", parts.account_id},
          {"workspace_id", parts.workspace.workspace_id},
          {"workspace_name", "brickwork-local"},
          {"workspace_status", "RUNNING"},
          {"workspace_status_message", "Workspace is running."}};
}

Response get_workspace(const Oidc::Parts& parts, const Request& request) {
  const std::string& id = request.captures.at("workspace_id");
  if (id != std::to_string(parts.workspace.workspace_id)) throw does_not_exist("Workspace " + id + " does not exist.");
  return json_response(described(parts));
}

// At an account, and without one for the workspace's own admins.
void add_secrets(Router& router, Oidc::Parts& parts) {
  const std::string secrets = "servicePrincipals/{service_principal_id}/credentials/secrets";
  const auto create = [&parts](const Request& request) { return create_secret(parts, request); };
  const auto list = [&parts](const Request& request) { return list_secrets(parts, request); };
  const auto remove = [&parts](const Request& request) { return delete_secret(parts, request); };
  add_account_route(router, parts, "POST", secrets, create);
  add_account_route(router, parts, "GET", secrets, list);
  add_account_route(router, parts, "DELETE", secrets + "/{secret_id}", remove);
  const auto for_admins = [](auto handler) {
    return [handler](const Request& request) {
      require_account_admin(request);
      return handler(request);
    };
  };
  router.add("POST", "/api/2.0/accounts/" + secrets, for_admins(create));
  router.add("GET", "/api/2.0/accounts/" + secrets, for_admins(list));
  router.add("DELETE", "/api/2.0/accounts/" + secrets + "/{secret_id}", for_admins(remove));
}

}  // namespace

void require_account_admin(const Request& request) {
  if (!request.caller.is_admin())
    throw ApiError(403, "PERMISSION_DENIED", "Only account admins may do this: here these are the workspace's admins.");
}

void add_account_route(Router& router, Oidc::Parts& parts, const std::string& method, const std::string& path,
                       Handler handler) {
  router.add(method, "/api/2.0/accounts/{account_id}/" + path,
             [&parts, handler = std::move(handler)](const Request& request) {
               require_this_account(parts, request);
               require_account_admin(request);
               return handler(request);
             });
}

Principal principal_of_path(Oidc::Parts& parts, const Request& request) {
  const std::string& text = request.captures.at("service_principal_id");
  std::int64_t id = 0;
  std::from_chars(text.data(), text.data() + text.size(), id);
  auto principal = parts.users.find(PrincipalKind::kServicePrincipal, id);
  if (!principal) throw does_not_exist("Service principal " + text + " does not exist.");
  return std::move(*principal);
}

Response page_of_entries(const Request& request, const char* name, const json::array& entries) {
  constexpr std::int64_t kMost = 1000;
  constexpr std::int64_t kUsual = 100;
  const json::object& arguments = request.arguments();
  const std::int64_t asked = integer_field(arguments, "page_size").value_or(0);
  if (asked < 0) throw invalid_parameter("page_size must not be negative.");
  const std::int64_t size = asked == 0 ? kUsual : std::min(asked, kMost);
  const std::int64_t from = page_offset(text_field(arguments, "page_token").value_or(""), request.path);
  json::array page;
  for (std::int64_t i = from; i < static_cast<std::int64_t>(entries.size()) && i < from + size; ++i)
    page.push_back(entries[static_cast<std::size_t>(i)]);
  json::object body;
  if (!page.empty()) body[name] = std::move(page);
  if (from + size < static_cast<std::int64_t>(entries.size()))
    body["next_page_token"] = page_token({from + size}, request.path);
  return json_response(body);
}

void add_accounts(Router& router, Oidc::Parts& parts) {
  add_secrets(router, parts);
  add_scim_at(router, parts.users, "/api/2.0/accounts/{account_id}/scim/v2/", [&parts](const Request& request) {
    require_this_account(parts, request);
    require_account_admin(request);
  });
  add_account_route(router, parts, "GET", "workspaces", [&parts](const Request&) {
    return Response{.body = json::serialize(json::array{described(parts)})};
  });
  add_account_route(router, parts, "GET", "workspaces/{workspace_id}",
                    [&parts](const Request& request) { return get_workspace(parts, request); });
}

}  // namespace brickwork::local
