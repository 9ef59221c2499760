#include <boost/json/array.hpp>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/oidc/parts.h"
#include "local/oidc/texts.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

void put_texts(json::object& body, const char* name, const std::vector<std::string>& texts) {
  if (!texts.empty()) body[name] = json_texts(texts);
}

json::object described(Oidc::Parts& parts, const App& app, bool with_creator) {
  json::object body{{"integration_id", app.integration_id},
                    {"name", app.name},
                    {"created_by", app.created_by},
                    {"create_time", rfc3339(app.create_time)}};
  if (!app.token_access_policy.empty()) body["token_access_policy"] = app.token_access_policy;
  if (app.is_published()) {
    body["app_id"] = app.app_id;
    return body;
  }
  body["client_id"] = app.client_id;
  body["confidential"] = app.confidential;
  put_texts(body, "redirect_urls", app.redirect_urls);
  put_texts(body, "scopes", app.scopes);
  put_texts(body, "user_authorized_scopes", app.user_authorized_scopes);
  const auto creator = with_creator ? parts.users.find_any(app.created_by) : std::nullopt;
  if (creator) body["creator_username"] = creator->name;
  return body;
}

json::object described_published(const App& app) {
  json::object body{{"app_id", app.app_id},
                    {"client_id", app.client_id},
                    {"name", app.name},
                    {"description", app.description},
                    {"is_confidential_client", false}};
  put_texts(body, "redirect_urls", app.redirect_urls);
  put_texts(body, "scopes", app.scopes);
  return body;
}

void check_minutes(const App& app, const char* name, std::int64_t least, std::int64_t most, std::string& wrong) {
  const auto minutes = integer_field(app.token_access_policy, name);
  if (minutes && (*minutes < least || *minutes > most))
    wrong += std::string(" token_access_policy.") + name + " must be between " + std::to_string(least) + " and " +
             std::to_string(most) + ".";
}

// An address that a code may be sent to: nobody else on the way can read it.
bool is_redirect(const std::string& url) {
  return url.find('#') == std::string::npos && url.find('*') == std::string::npos && is_safe_to_ask(url);
}

void check(const App& app) {
  std::string wrong;
  constexpr std::int64_t kDay = 1440;
  check_minutes(app, "access_token_ttl_in_minutes", 5, kDay, wrong);
  check_minutes(app, "refresh_token_ttl_in_minutes", 5, 90 * kDay, wrong);
  check_minutes(app, "absolute_session_lifetime_in_minutes", 5, 365 * kDay, wrong);
  if (!app.is_published()) {
    if (app.name.empty()) wrong += " name is missing.";
    if (app.redirect_urls.empty()) wrong += " redirect_urls is missing.";
    for (const std::string& url : app.redirect_urls)
      if (!is_redirect(url))
        wrong += " redirect_urls: " + url + " is neither https nor on this machine, or has a fragment or a wildcard.";
    for (const std::string& scope : app.user_authorized_scopes)
      if (!contains(app.scopes, scope)) wrong += " user_authorized_scopes: " + scope + " is not among scopes.";
  }
  if (!wrong.empty()) throw invalid_parameter("Invalid OAuth app integration:" + wrong);
}

// Only what the request names; an update leaves the rest as it is.
void read_settings(App& app, const json::object& arguments) {
  if (const json::object* policy = object_field(arguments, "token_access_policy")) app.token_access_policy = *policy;
  if (app.is_published()) return;
  if (const json::array* urls = array_field(arguments, "redirect_urls")) app.redirect_urls = texts_of(urls);
  if (const json::array* scopes = array_field(arguments, "scopes")) app.scopes = texts_of(scopes);
  if (const json::array* scopes = array_field(arguments, "user_authorized_scopes"))
    app.user_authorized_scopes = texts_of(scopes);
}

Response create_custom(Oidc::Parts& parts, const Request& request) {
  const json::object& arguments = request.arguments();
  App app;
  app.name = text_field(arguments, "name").value_or("");
  app.confidential = flag_field(arguments, "confidential").value_or(false);
  app.created_by = request.caller.user_id;
  read_settings(app, arguments);
  check(app);
  const std::string secret = parts.clients.create_app(app);
  json::object body{{"integration_id", app.integration_id}, {"client_id", app.client_id}};
  if (app.confidential) body["client_secret"] = secret;
  return json_response(body);
}

Response create_published(Oidc::Parts& parts, const Request& request) {
  const std::string app_id = required_text(request.arguments(), "app_id");
  for (App app : published_apps()) {
    if (app.app_id != app_id) continue;
    app.created_by = request.caller.user_id;
    read_settings(app, request.arguments());
    check(app);
    parts.clients.create_app(app);
    return json_response({{"integration_id", app.integration_id}});
  }
  throw does_not_exist("Published OAuth app " + app_id + " does not exist.");
}

App app_of_path(Oidc::Parts& parts, const Request& request, bool published) {
  const std::string& id = request.captures.at("integration_id");
  for (App& app : parts.clients.integrations(published))
    if (app.integration_id == id) return std::move(app);
  throw does_not_exist("OAuth app integration " + id + " does not exist.");
}

Response update(Oidc::Parts& parts, const Request& request, bool published) {
  App app = app_of_path(parts, request, published);
  read_settings(app, request.arguments());
  check(app);
  parts.clients.update_app(app);
  return {};
}

Response remove(Oidc::Parts& parts, const Request& request, bool published) {
  const App app = app_of_path(parts, request, published);
  parts.clients.delete_app(app.integration_id);
  if (!published) parts.grants.end_all_of(app.client_id);
  return {};
}

Response list(Oidc::Parts& parts, const Request& request, bool published) {
  const bool with_creator = flag_field(request.arguments(), "include_creator_username").value_or(false);
  json::array apps;
  for (const App& app : parts.clients.integrations(published)) apps.push_back(described(parts, app, with_creator));
  return page_of_entries(request, "apps", apps);
}

void add_integrations(Router& router, Oidc::Parts& parts, const std::string& path, bool published) {
  add_account_route(router, parts, "POST", path, [&parts, published](const Request& request) {
    return published ? create_published(parts, request) : create_custom(parts, request);
  });
  add_account_route(router, parts, "GET", path,
                    [&parts, published](const Request& request) { return list(parts, request, published); });
  const std::string one = path + "/{integration_id}";
  add_account_route(router, parts, "GET", one, [&parts, published](const Request& request) {
    return json_response(described(parts, app_of_path(parts, request, published), /*with_creator=*/true));
  });
  add_account_route(router, parts, "PATCH", one,
                    [&parts, published](const Request& request) { return update(parts, request, published); });
  add_account_route(router, parts, "DELETE", one,
                    [&parts, published](const Request& request) { return remove(parts, request, published); });
}

}  // namespace

void add_app_integrations(Router& router, Oidc::Parts& parts) {
  add_integrations(router, parts, "oauth2/custom-app-integrations", /*published=*/false);
  add_integrations(router, parts, "oauth2/published-app-integrations", /*published=*/true);
  add_account_route(router, parts, "GET", "oauth2/published-apps", [](const Request& request) {
    json::array apps;
    for (const App& app : published_apps()) apps.push_back(described_published(app));
    return page_of_entries(request, "apps", apps);
  });
}

}  // namespace brickwork::local
