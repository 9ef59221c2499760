#include "local/oidc/client_records.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <charconv>
#include <span>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/http_text.h"
#include "local/oidc/texts.h"
#include "local/random_token.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

constexpr const char* kSchema = R"(
create table if not exists oauth_secrets (
  id text primary key,
  digest blob not null,
  principal_id integer not null references principals on delete cascade,
  create_time integer not null,
  expire_time integer not null,
  scopes text not null
) without rowid;
create index if not exists oauth_secrets_of on oauth_secrets (principal_id);
create table if not exists oauth_apps (
  integration_id text primary key,
  client_id text not null unique,
  app_id text not null,
  secret_digest blob,
  created_by integer not null,
  create_time integer not null,
  document text not null
) without rowid;
)";

constexpr const char* kColumns = "select integration_id, client_id, app_id, created_by, create_time, document ";

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

App app_of(const Rows& rows) {
  App app{.integration_id = rows.text(0), .client_id = rows.text(1), .app_id = rows.text(2)};
  for (const App& published : published_apps())
    if (app.app_id == published.app_id) app = published;
  app.integration_id = rows.text(0);
  app.created_by = rows.integer(3);
  app.create_time = rows.integer(4);
  const json::value document = rows.json(5);
  const json::object& members = document.as_object();
  app.token_access_policy = members.at("token_access_policy").as_object();
  if (app.is_published()) return app;
  app.name = text_field(members, "name").value_or("");
  app.confidential = flag_field(members, "confidential").value_or(false);
  app.redirect_urls = texts_of(array_field(members, "redirect_urls"));
  app.scopes = texts_of(array_field(members, "scopes"));
  app.user_authorized_scopes = texts_of(array_field(members, "user_authorized_scopes"));
  return app;
}

json::value document_of(const App& app) {
  return {{"name", app.name},
          {"confidential", app.confidential},
          {"redirect_urls", json_texts(app.redirect_urls)},
          {"scopes", json_texts(app.scopes)},
          {"user_authorized_scopes", json_texts(app.user_authorized_scopes)},
          {"token_access_policy", app.token_access_policy}};
}

ClientSecret secret_of(const Rows& rows) {
  const json::value scopes = rows.json(5);
  return {.id = rows.text(0),
          .principal_id = rows.integer(1),
          .create_time = rows.integer(2),
          .expire_time = rows.integer(3),
          // A digest of the digest: who may list secrets learns nothing that opens this database's rows.
          .hash = hexadecimal(sha256(rows.text(4))),
          .scopes = texts_of(scopes.if_array())};
}

constexpr const char* kSecretColumns = "select id, principal_id, create_time, expire_time, digest, scopes ";

// Of "http://localhost:8020/cb" the part "http://localhost" and the part "/cb".
std::optional<std::pair<std::string, std::string>> loopback_parts(const std::string& address) {
  for (const std::string host : {"http://localhost", "http://127.0.0.1"}) {
    if (!address.starts_with(host)) continue;
    std::string_view rest = std::string_view(address).substr(host.size());
    if (rest.starts_with(':')) {
      unsigned port = 0;
      const auto [end, error] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), port);
      if (error != std::errc() || port > 65'535) return std::nullopt;
      rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    }
    if (rest.empty() || rest.starts_with('/')) return std::make_pair(host, std::string(rest));
    return std::nullopt;
  }
  return std::nullopt;
}

App published(const char* app_id, const char* client_id, const char* name, const char* description,
              std::vector<std::string> redirect_urls) {
  App app;
  app.client_id = client_id;
  app.app_id = app_id;
  app.name = name;
  app.description = description;
  app.redirect_urls = std::move(redirect_urls);
  app.scopes = {"all-apis", "offline_access", "sql"};
  return app;
}

}  // namespace

// Those that clients of the REST API log in with; what talks to warehouses by other ways is of no use here.
const std::vector<App>& published_apps() {
  static const std::vector<App> kApps = {
      published("databricks-cli", "databricks-cli", "Databricks CLI", "The command line and the SDKs",
                {"http://localhost"}),
      published("databricks-sql-python", "databricks-sql-python", "Databricks SQL Connector for Python",
                "databricks-sql-connector", {"http://localhost"}),
      published("dbt-databricks", "dbt-databricks", "dbt adapter for Databricks", "dbt-databricks",
                {"http://localhost"})};
  return kApps;
}

std::int64_t App::policy_ms(std::string_view name, std::int64_t otherwise) const {
  const auto minutes = integer_field(token_access_policy, name);
  return minutes ? *minutes * 60'000 : otherwise;
}

bool App::rotates_refresh_tokens() const {
  return flag_field(token_access_policy, "enable_single_use_refresh_tokens").value_or(false);
}

bool App::may_redirect_to(const std::string& address) const {
  if (!is_published()) return std::find(redirect_urls.begin(), redirect_urls.end(), address) != redirect_urls.end();
  const auto parts = loopback_parts(address);
  return parts && (parts->second.empty() || parts->second == "/" || parts->second == "/callback");
}

ClientRecords::ClientRecords(Store& store, std::function<std::int64_t()> now_ms)
    : store_(store), now_ms_(std::move(now_ms)) {
  store_.create(kSchema);
}

ClientRecords::NewSecret ClientRecords::create_secret(std::int64_t principal_id, std::int64_t lifetime_ms,
                                                      std::vector<std::string> scopes) {
  NewSecret made{.value = "dose" + hexadecimal(random_bytes(16)), .info = {}};
  const std::string digest = sha256(made.value);
  const std::int64_t now = now_ms_();
  made.info = {.id = new_request_id(),
               .principal_id = principal_id,
               .create_time = now,
               .expire_time = now + lifetime_ms,
               .hash = hexadecimal(sha256(digest)),
               .scopes = std::move(scopes)};
  Transaction transaction(store_);
  transaction.run("insert into oauth_secrets values (?, ?, ?, ?, ?, ?)", made.info.id, bytes_of(digest), principal_id,
                  now, made.info.expire_time, json::value(json_texts(made.info.scopes)));
  transaction.commit();
  return made;
}

std::vector<ClientSecret> ClientRecords::secrets(std::int64_t principal_id) {
  std::vector<ClientSecret> found;
  Transaction transaction(store_);
  Rows rows = transaction.query(
      std::string(kSecretColumns) + "from oauth_secrets where principal_id = ? order by create_time, id", principal_id);
  while (rows.next()) found.push_back(secret_of(rows));
  return found;
}

bool ClientRecords::delete_secret(std::int64_t principal_id, const std::string& id) {
  Transaction transaction(store_);
  const bool deleted =
      transaction.run("delete from oauth_secrets where principal_id = ? and id = ?", principal_id, id) != 0;
  transaction.commit();
  return deleted;
}

std::optional<ClientSecret> ClientRecords::valid_secret(std::int64_t principal_id, const std::string& value) {
  Transaction transaction(store_);
  Rows rows = transaction.query(
      std::string(kSecretColumns) + "from oauth_secrets where principal_id = ? and digest = ? and expire_time > ?",
      principal_id, bytes_of(sha256(value)), now_ms_());
  return rows.next() ? std::optional(secret_of(rows)) : std::nullopt;
}

std::string ClientRecords::create_app(App& app) {
  app.integration_id = new_request_id();
  app.create_time = now_ms_();
  if (!app.is_published()) app.client_id = new_request_id();
  std::string secret = app.confidential ? "dosb" + hexadecimal(random_bytes(16)) : "";
  const std::string digest = sha256(secret);
  Transaction transaction(store_);
  if (transaction.run("insert or ignore into oauth_apps values (?, ?, ?, ?, ?, ?, ?)", app.integration_id,
                      app.client_id, app.app_id, app.confidential ? std::optional(bytes_of(digest)) : std::nullopt,
                      app.created_by, app.create_time, document_of(app)) == 0)
    throw already_exists("There is an integration of the app " + app.app_id + " already.");
  transaction.commit();
  return secret;
}

void ClientRecords::update_app(const App& app) {
  Transaction transaction(store_);
  transaction.run("update oauth_apps set document = ? where integration_id = ?", document_of(app), app.integration_id);
  transaction.commit();
}

bool ClientRecords::delete_app(const std::string& integration_id) {
  Transaction transaction(store_);
  const bool deleted = transaction.run("delete from oauth_apps where integration_id = ?", integration_id) != 0;
  transaction.commit();
  return deleted;
}

std::vector<App> ClientRecords::integrations(bool published) {
  std::vector<App> found;
  Transaction transaction(store_);
  Rows rows = transaction.query(std::string(kColumns) + "from oauth_apps order by create_time, integration_id");
  while (rows.next())
    if (App app = app_of(rows); app.is_published() == published) found.push_back(std::move(app));
  return found;
}

std::optional<App> ClientRecords::app_of_client(const std::string& client_id) {
  {
    Transaction transaction(store_);
    Rows rows = transaction.query(std::string(kColumns) + "from oauth_apps where client_id = ?", client_id);
    if (rows.next()) return app_of(rows);
  }
  for (const App& app : published_apps())
    if (app.client_id == client_id) return app;
  return std::nullopt;
}

bool ClientRecords::is_secret_of_app(const App& app, const std::string& value) {
  Transaction transaction(store_);
  Rows rows = transaction.query("select 1 from oauth_apps where integration_id = ? and secret_digest = ?",
                                app.integration_id, bytes_of(sha256(value)));
  return rows.next();
}

}  // namespace brickwork::local
