#include "local/jobs/webhook_destinations.h"

#include <boost/json/array.hpp>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/http_text.h"

namespace brickwork::local {
namespace {

using boost::json::object;

constexpr std::string_view kPath = "/api/2.0/notification-destinations";
constexpr std::string_view kSchema =
    "create table if not exists notification_destinations(id text primary key, name text not null, config text not "
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

struct Stored {
  std::string name;
  object config;
};

std::optional<Stored> find(Store& store, const std::string& id) {
  Transaction transaction(store);
  Rows rows = transaction.query("select name, config from notification_destinations where id = ?", id);
  if (!rows.next()) return std::nullopt;
  return Stored{rows.text(0), rows.json(1).as_object()};
}

Stored existing(Store& store, const std::string& id) {
  std::optional<Stored> found = find(store, id);
  if (!found) throw does_not_exist("Notification destination " + id + " does not exist.");
  return std::move(*found);
}

void save(Store& store, const std::string& id, const Stored& stored) {
  Transaction transaction(store);
  transaction.run("insert or replace into notification_destinations values(?, ?, ?)", id, stored.name,
                  boost::json::value(stored.config));
  transaction.commit();
}

// Whoever may name an address makes the workspace call it.
void check_admin(const Request& request) {
  if (!request.caller.is_admin())
    throw ApiError(403, "PERMISSION_DENIED", "Only admins can change notification destinations.");
}

Response create(Store& store, const Request& request) {
  check_admin(request);
  const object* config = object_field(request.arguments(), "config");
  if (config == nullptr) throw invalid_parameter("Missing required field: config");
  check(*config);
  const Stored stored{required_text(request.arguments(), "display_name"), *config};
  const std::string id = new_request_id();
  save(store, id, stored);
  return json_response(show(id, stored.name, stored.config));
}

Response update(Store& store, const Request& request) {
  check_admin(request);
  const std::string id = request.captures.at("id");
  Stored stored = existing(store, id);
  if (const auto name = text_field(request.arguments(), "display_name")) stored.name = *name;
  if (const object* config = object_field(request.arguments(), "config")) stored.config = *config;
  check(stored.config);
  save(store, id, stored);
  return json_response(show(id, stored.name, stored.config));
}

Response list(Store& store) {
  Transaction transaction(store);
  Rows rows = transaction.query("select id, name, config from notification_destinations order by name, id");
  boost::json::array results;
  while (rows.next()) {
    object shown = show(rows.text(0), rows.text(1), rows.json(2).as_object());
    shown.stable_erase("config");
    results.push_back(std::move(shown));
  }
  return json_response({{"results", std::move(results)}});
}

Response remove(Store& store, const Request& request) {
  check_admin(request);
  const std::string& id = request.captures.at("id");
  existing(store, id);
  Transaction transaction(store);
  transaction.run("delete from notification_destinations where id = ?", id);
  transaction.commit();
  return {};
}

}  // namespace

void add_webhook_destinations(Router& router, Store& store) {
  store.create(kSchema);
  const std::string one = std::string(kPath) + "/{id}";
  router.add("POST", kPath, [&store](const Request& request) { return create(store, request); });
  router.add("GET", kPath, [&store](const Request&) { return list(store); });
  router.add("GET", one, [&store](const Request& request) {
    const std::string& id = request.captures.at("id");
    const Stored stored = existing(store, id);
    return json_response(show(id, stored.name, stored.config));
  });
  router.add("PATCH", one, [&store](const Request& request) { return update(store, request); });
  router.add("DELETE", one, [&store](const Request& request) { return remove(store, request); });
}

std::optional<WebhookDestination> webhook_destination(Store& store, const std::string& id) {
  const std::optional<Stored> stored = find(store, id);
  if (!stored) return std::nullopt;
  const object* webhook = object_field(stored->config, "generic_webhook");
  if (webhook == nullptr) return WebhookDestination{};
  return WebhookDestination{text_field(*webhook, "url").value_or(""), text_field(*webhook, "username").value_or(""),
                            text_field(*webhook, "password").value_or("")};
}

}  // namespace brickwork::local
