#include "local/resources/compute/global_init_scripts.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <limits>

#include "local/api_error.h"
#include "local/base64.h"
#include "local/fields.h"
#include "local/random_token.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

constexpr const char* kSchema = R"(
create table if not exists global_init_scripts (
  script_id text primary key,
  name text not null,
  script text not null,
  enabled integer not null,
  position integer not null,
  created_at integer not null,
  created_by text not null,
  updated_at integer not null,
  updated_by text not null
) without rowid;
)";

constexpr std::size_t kLongestScript = 65'536;
constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();

struct Service {
  GlobalInitScripts scripts;
  std::function<std::int64_t()> now_ms;
};

json::object described(const GlobalInitScript& script) {
  return {{"script_id", script.script_id},   {"name", script.name},
          {"enabled", script.enabled},       {"position", script.position},
          {"created_at", script.created_at}, {"created_by", script.created_by},
          {"updated_at", script.updated_at}, {"updated_by", script.updated_by}};
}

void read(GlobalInitScript& script, const json::object& arguments) {
  script.name = text_field(arguments, "name").value_or(script.name);
  if (script.name.empty() || script.name.size() > 100)
    throw invalid_parameter("The name of a global init script must have 1 to 100 characters.");
  if (const auto sent = text_field(arguments, "script")) {
    const auto bytes = base64_decode(*sent);
    if (!bytes || bytes->empty()) throw invalid_parameter("script must be a script in base64.");
    if (bytes->size() > kLongestScript) throw invalid_parameter("A global init script can have at most 64 KiB.");
    script.script = *bytes;
  }
  script.enabled = flag_field(arguments, "enabled").value_or(script.enabled);
  script.position = integer_field(arguments, "position").value_or(script.position);
  if (script.position < 0) throw invalid_parameter("position must not be negative.");
}

GlobalInitScript named(Service& service, const Request& request) {
  const std::string& id = request.captures.at("id");
  auto found = service.scripts.find(id);
  if (!found) throw does_not_exist("The global init script with ID " + id + " does not exist.");
  return std::move(*found);
}

Response create(Service& service, const Request& request) {
  required_text(request.arguments(), "name");
  required_text(request.arguments(), "script");
  const std::int64_t now = service.now_ms();
  GlobalInitScript script{.script_id = hexadecimal(random_bytes(8)),
                          .position = kLast,
                          .created_at = now,
                          .created_by = request.caller.user_name,
                          .updated_at = now,
                          .updated_by = request.caller.user_name};
  read(script, request.arguments());
  service.scripts.put(script);
  return json_response({{"script_id", script.script_id}});
}

Response update(Service& service, const Request& request) {
  GlobalInitScript script = named(service, request);
  read(script, request.arguments());
  script.updated_at = service.now_ms();
  script.updated_by = request.caller.user_name;
  service.scripts.put(script);
  return {};
}

Response remove(Service& service, const Request& request) {
  service.scripts.remove(named(service, request).script_id);
  return {};
}

Response get(Service& service, const Request& request) {
  const GlobalInitScript script = named(service, request);
  json::object body = described(script);
  body["script"] = base64_encode(script.script);
  return json_response(body);
}

Response list(Service& service, const Request&) {
  json::array shown;
  for (const GlobalInitScript& script : service.scripts.all()) shown.push_back(described(script));
  return shown.empty() ? Response{} : json_response({{"scripts", std::move(shown)}});
}

}  // namespace

GlobalInitScripts::GlobalInitScripts(Store& store) : store_(store) { store_.create(kSchema); }

namespace {

std::vector<GlobalInitScript> listed(Transaction& transaction) {
  std::vector<GlobalInitScript> found;
  Rows rows = transaction.query(
      "select script_id, name, script, enabled, position, created_at, created_by, updated_at, updated_by "
      "from global_init_scripts order by position");
  while (rows.next())
    found.push_back({rows.text(0), rows.text(1), rows.text(2), rows.integer(3) != 0, rows.integer(4), rows.integer(5),
                     rows.text(6), rows.integer(7), rows.text(8)});
  return found;
}

}  // namespace

std::vector<GlobalInitScript> GlobalInitScripts::all() {
  Transaction transaction(store_);
  return listed(transaction);
}

std::optional<GlobalInitScript> GlobalInitScripts::find(const std::string& script_id) {
  for (GlobalInitScript& script : all())
    if (script.script_id == script_id) return std::move(script);
  return std::nullopt;
}

void GlobalInitScripts::put(const GlobalInitScript& script) {
  Transaction transaction(store_);
  std::vector<GlobalInitScript> order = listed(transaction);
  std::erase_if(order, [&](const GlobalInitScript& each) { return each.script_id == script.script_id; });
  const auto place = std::min(script.position, static_cast<std::int64_t>(order.size()));
  order.insert(order.begin() + place, script);
  transaction.run("delete from global_init_scripts");
  for (std::size_t i = 0; i < order.size(); ++i)
    transaction.run("insert into global_init_scripts values (?, ?, ?, ?, ?, ?, ?, ?, ?)", order[i].script_id,
                    order[i].name, order[i].script, order[i].enabled, static_cast<std::int64_t>(i), order[i].created_at,
                    order[i].created_by, order[i].updated_at, order[i].updated_by);
  transaction.commit();
}

bool GlobalInitScripts::remove(const std::string& script_id) {
  Transaction transaction(store_);
  const auto removed = transaction.run("delete from global_init_scripts where script_id = ?", script_id);
  transaction.commit();
  return removed != 0;
}

void add_global_init_scripts(Router& router, Store& store, std::function<std::int64_t()> now_ms) {
  const auto service = std::make_shared<Service>(Service{GlobalInitScripts(store), std::move(now_ms)});
  const auto add = [&](const char* method, const char* rest, Response (*step)(Service&, const Request&)) {
    router.add(method, std::string("/api/2.0/global-init-scripts") + rest, [service, step](const Request& request) {
      if (!request.caller.is_admin())
        throw ApiError(403, "PERMISSION_DENIED", "Only workspace admins may use global init scripts.");
      return step(*service, request);
    });
  };
  add("POST", "", create);
  add("GET", "", list);
  add("GET", "/{id}", get);
  add("PATCH", "/{id}", update);
  add("DELETE", "/{id}", remove);
}

}  // namespace brickwork::local
