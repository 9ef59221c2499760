#include "local/jobs/webhook_destinations.h"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <span>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/http_text.h"

namespace brickwork::local {
namespace {

using boost::json::object;

constexpr std::string_view kPath = "/api/2.0/notification-destinations";
constexpr std::string_view kSchema =
    "create table if not exists notification_destinations(id text primary key, name text not null, config blob not "
    "null);";

std::string type_of(const object& config) {
  for (const auto& [member, type] :
       {std::pair("generic_webhook", "WEBHOOK"), std::pair("email", "EMAIL"), std::pair("slack", "SLACK"),
        std::pair("pagerduty", "PAGERDUTY"), std::pair("microsoft_teams", "MICROSOFT_TEAMS")})
    if (config.contains(member)) return type;
  throw invalid_parameter("config must hold one of email, generic_webhook, microsoft_teams, pagerduty and slack.");
}

void check(const object& config) {
  type_of(config);
  const object* webhook = object_field(config, "generic_webhook");
  if (webhook == nullptr) return;
  const std::string url = required_text(*webhook, "url");
  if (!url.starts_with("http://") && !url.starts_with("https://"))
    throw invalid_parameter("generic_webhook.url must begin with http:// or https://.");
  text_field(*webhook, "username");
  text_field(*webhook, "password");
}

object show(const std::string& id, const std::string& name, const object& config) {
  object shown_config;
  for (const auto& member : config) {
    object shown;
    if (member.value().is_object())
      for (const auto& setting : member.value().get_object()) {
        const std::string_view key = setting.key();
        if (key == "addresses" || key == "username")
          shown[key] = setting.value();
        else
          shown[std::string(key) + "_set"] = true;
      }
    shown_config[member.key()] = std::move(shown);
  }
  return {{"id", id}, {"display_name", name}, {"destination_type", type_of(config)}, {"config", shown_config}};
}

std::string place_of(const std::string& id) { return "notification-destinations/" + id; }

// Whoever may name an address makes the workspace call it.
void check_admin(const Request& request) {
  if (!request.caller.is_admin())
    throw ApiError(403, "PERMISSION_DENIED", "Only admins can change notification destinations.");
}

}  // namespace

WebhookDestinations::WebhookDestinations(Store& store, const std::filesystem::path& key_file)
    : store_(store), cipher_(key_file) {
  store_.create(kSchema);
  seal_old_rows();
}

// Earlier versions kept them as they were given.
void WebhookDestinations::seal_old_rows() {
  std::vector<std::pair<std::string, Stored>> old;
  {
    Transaction transaction(store_);
    Rows rows =
        transaction.query("select id, name, config from notification_destinations where typeof(config) = 'text'");
    while (rows.next()) old.emplace_back(rows.text(0), Stored{rows.text(1), rows.json(2).as_object()});
  }
  if (old.empty()) return;
  for (const auto& [id, stored] : old) save(id, stored);
  store_.create("vacuum; pragma wal_checkpoint(truncate)");  // what was replaced is still in free pages
}

object WebhookDestinations::opened(const Rows& rows, int column, const std::string& id) const {
  return boost::json::parse(cipher_.open(rows.text(column), place_of(id))).as_object();
}

std::optional<WebhookDestinations::Stored> WebhookDestinations::read(const std::string& id) {
  Transaction transaction(store_);
  Rows rows = transaction.query("select name, config from notification_destinations where id = ?", id);
  if (!rows.next()) return std::nullopt;
  return Stored{rows.text(0), opened(rows, 1, id)};
}

WebhookDestinations::Stored WebhookDestinations::existing(const std::string& id) {
  std::optional<Stored> found = read(id);
  if (!found) throw does_not_exist("Notification destination " + id + " does not exist.");
  return std::move(*found);
}

void WebhookDestinations::save(const std::string& id, const Stored& stored) {
  const std::string sealed = cipher_.seal(boost::json::serialize(stored.config), place_of(id));
  Transaction transaction(store_);
  transaction.run("insert or replace into notification_destinations values(?, ?, ?)", id, stored.name,
                  std::as_bytes(std::span(sealed)));
  transaction.commit();
}

Response WebhookDestinations::create(const Request& request) {
  check_admin(request);
  const object* config = object_field(request.arguments(), "config");
  if (config == nullptr) throw invalid_parameter("Missing required field: config");
  check(*config);
  const Stored stored{required_text(request.arguments(), "display_name"), *config};
  const std::string id = new_request_id();
  save(id, stored);
  return json_response(show(id, stored.name, stored.config));
}

Response WebhookDestinations::update(const Request& request) {
  check_admin(request);
  const std::string id = request.captures.at("id");
  Stored stored = existing(id);
  if (const auto name = text_field(request.arguments(), "display_name")) stored.name = *name;
  if (const object* config = object_field(request.arguments(), "config")) stored.config = *config;
  check(stored.config);
  save(id, stored);
  return json_response(show(id, stored.name, stored.config));
}

Response WebhookDestinations::list() {
  Transaction transaction(store_);
  Rows rows = transaction.query("select id, name, config from notification_destinations order by name, id");
  boost::json::array results;
  while (rows.next()) {
    object shown = show(rows.text(0), rows.text(1), opened(rows, 2, rows.text(0)));
    shown.stable_erase("config");
    results.push_back(std::move(shown));
  }
  return json_response({{"results", std::move(results)}});
}

Response WebhookDestinations::remove(const Request& request) {
  check_admin(request);
  const std::string& id = request.captures.at("id");
  existing(id);
  Transaction transaction(store_);
  transaction.run("delete from notification_destinations where id = ?", id);
  transaction.commit();
  return {};
}

Response WebhookDestinations::get(const Request& request) {
  const std::string& id = request.captures.at("id");
  const Stored stored = existing(id);
  return json_response(show(id, stored.name, stored.config));
}

void WebhookDestinations::add_routes(Router& router) {
  const std::string one = std::string(kPath) + "/{id}";
  router.add("POST", kPath, [this](const Request& request) { return create(request); });
  router.add("GET", kPath, [this](const Request&) { return list(); });
  router.add("GET", one, [this](const Request& request) { return get(request); });
  router.add("PATCH", one, [this](const Request& request) { return update(request); });
  router.add("DELETE", one, [this](const Request& request) { return remove(request); });
}

std::optional<WebhookDestination> WebhookDestinations::find(const std::string& id) {
  const std::optional<Stored> stored = read(id);
  if (!stored) return std::nullopt;
  const object* webhook = object_field(stored->config, "generic_webhook");
  if (webhook == nullptr) return WebhookDestination{};
  return WebhookDestination{text_field(*webhook, "url").value_or(""), text_field(*webhook, "username").value_or(""),
                            text_field(*webhook, "password").value_or("")};
}

}  // namespace brickwork::local
