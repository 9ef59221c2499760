#include <algorithm>
#include <array>
#include <boost/json/array.hpp>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/random_token.h"
#include "local/resources/execution_resources.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

constexpr const char* kSchema = R"(
create table if not exists warehouses (
  id text primary key,
  name text not null unique collate nocase,
  creator text not null,
  started_at integer,
  settings text not null
) without rowid;
)";

constexpr std::array kSizes = {"2X-Small", "X-Small",  "Small",    "Medium",   "Large",
                               "X-Large",  "2X-Large", "3X-Large", "4X-Large", "5X-Large"};
constexpr std::int64_t kMostClusters = 40;

constexpr const char* kKept[] = {"cluster_size",
                                 "min_num_clusters",
                                 "max_num_clusters",
                                 "auto_stop_mins",
                                 "enable_photon",
                                 "channel",
                                 "enable_serverless_compute",
                                 "warehouse_type",
                                 "spot_instance_policy",
                                 "tags",
                                 "instance_profile_arn"};

// A warehouse as a record. There is no machine behind it: it is RUNNING from a start on until it is stopped or has been
// left alone for as long as its settings say.
struct Warehouse {
  std::string id;
  std::string name;
  std::string creator;
  std::optional<std::int64_t> started_at;
  json::object settings;
};

class Warehouses {
 public:
  Warehouses(Store& store, std::function<std::int64_t()> now_ms) : store_(store), now_ms_(std::move(now_ms)) {
    store_.create(kSchema);
  }

  std::vector<Warehouse> list() {
    std::vector<Warehouse> found;
    Transaction transaction(store_);
    Rows rows = transaction.query("select id, name, creator, started_at, settings from warehouses order by name");
    while (rows.next())
      found.push_back({rows.text(0), rows.text(1), rows.text(2), rows.optional_integer(3), rows.json(4).as_object()});
    return found;
  }

  Warehouse get(const std::string& id) {
    for (Warehouse& warehouse : list())
      if (warehouse.id == id) return std::move(warehouse);
    throw does_not_exist("SQL warehouse " + id + " does not exist.");
  }

  void create(const Warehouse& warehouse) {
    Transaction transaction(store_);
    if (transaction.run("insert or ignore into warehouses values (?, ?, ?, ?, ?)", warehouse.id, warehouse.name,
                        warehouse.creator, warehouse.started_at, json::value(warehouse.settings)) == 0)
      throw already_exists("SQL warehouse with name `" + warehouse.name + "` already exists.");
    transaction.commit();
  }

  void update(const Warehouse& warehouse) {
    Transaction transaction(store_);
    if (transaction.run("update or ignore warehouses set name = ?, started_at = ?, settings = ? where id = ?",
                        warehouse.name, warehouse.started_at, json::value(warehouse.settings), warehouse.id) == 0)
      throw already_exists("SQL warehouse with name `" + warehouse.name + "` already exists.");
    transaction.commit();
  }

  void remove(const std::string& id) {
    Transaction transaction(store_);
    transaction.run("delete from warehouses where id = ?", id);
    transaction.commit();
  }

  bool is_running(const Warehouse& warehouse) const {
    const std::int64_t minutes = integer_field(warehouse.settings, "auto_stop_mins").value_or(0);
    return warehouse.started_at && (minutes == 0 || now_ms_() < *warehouse.started_at + minutes * 60'000);
  }

  std::int64_t now_ms() const { return now_ms_(); }

 private:
  Store& store_;
  std::function<std::int64_t()> now_ms_;
};

json::object described(const Warehouses& warehouses, const Warehouse& warehouse) {
  json::object body = warehouse.settings;
  const bool running = warehouses.is_running(warehouse);
  body["id"] = warehouse.id;
  body["name"] = warehouse.name;
  body["creator_name"] = warehouse.creator;
  body["state"] = running ? "RUNNING" : "STOPPED";
  body["num_clusters"] = running ? integer_field(warehouse.settings, "min_num_clusters").value_or(1) : 0;
  body["num_active_sessions"] = 0;
  return body;
}

void check_number(const json::object& settings, const char* name, std::int64_t least, std::int64_t most,
                  std::string& wrong) {
  const auto number = integer_field(settings, name);
  if (number && (*number < least || *number > most))
    wrong +=
        std::string(" ") + name + " must be between " + std::to_string(least) + " and " + std::to_string(most) + ".";
}

void check(const Warehouse& warehouse) {
  std::string wrong;
  const json::object& settings = warehouse.settings;
  if (warehouse.name.empty() || warehouse.name.size() > 100) wrong += " name must have 1 to 100 characters.";
  const std::string size = text_field(settings, "cluster_size").value_or("");
  if (std::find(kSizes.begin(), kSizes.end(), size) == kSizes.end())
    wrong += " cluster_size must be one of 2X-Small to 5X-Large, not '" + size.substr(0, 50) + "'.";
  check_number(settings, "min_num_clusters", 1, kMostClusters, wrong);
  check_number(settings, "max_num_clusters", integer_field(settings, "min_num_clusters").value_or(1), kMostClusters,
               wrong);
  if (const auto minutes = integer_field(settings, "auto_stop_mins"); minutes && *minutes != 0)
    check_number(settings, "auto_stop_mins", 5, 1'000'000, wrong);
  if (!wrong.empty()) throw invalid_parameter("Invalid SQL warehouse:" + wrong);
}

// Only what the request names.
void read_settings(Warehouse& warehouse, const json::object& arguments) {
  warehouse.name = text_field(arguments, "name").value_or(warehouse.name);
  for (const char* name : kKept)
    if (const json::value* value = arguments.if_contains(name); value != nullptr && !value->is_null())
      warehouse.settings[name] = *value;
  check(warehouse);
}

Response create(Warehouses& warehouses, const Request& request) {
  Warehouse warehouse{.id = hexadecimal(random_bytes(8)),
                      .creator = request.caller.user_name,
                      .started_at = warehouses.now_ms(),
                      .settings = {{"cluster_size", "X-Small"},
                                   {"min_num_clusters", 1},
                                   {"max_num_clusters", 1},
                                   {"auto_stop_mins", 120},
                                   {"warehouse_type", "CLASSIC"}}};
  read_settings(warehouse, request.arguments());
  warehouses.create(warehouse);
  return json_response({{"id", warehouse.id}});
}

// One that the caller may change: its own, or as an admin any.
Warehouse own(Warehouses& warehouses, const Request& request) {
  Warehouse warehouse = warehouses.get(request.captures.at("id"));
  if (!request.caller.is_admin() && request.caller.user_name != warehouse.creator)
    throw ApiError(403, "PERMISSION_DENIED", "You do not have CAN_MANAGE on SQL warehouse " + warehouse.id + ".");
  return warehouse;
}

Response edit(Warehouses& warehouses, const Request& request) {
  Warehouse warehouse = own(warehouses, request);
  read_settings(warehouse, request.arguments());
  warehouses.update(warehouse);
  return {};
}

Response turn(Warehouses& warehouses, const Request& request, bool on) {
  Warehouse warehouse = warehouses.get(request.captures.at("id"));
  if (on == warehouses.is_running(warehouse)) return {};
  warehouse.started_at = on ? std::optional(warehouses.now_ms()) : std::nullopt;
  warehouses.update(warehouse);
  return {};
}

Response list(Warehouses& warehouses) {
  json::array shown;
  for (const Warehouse& warehouse : warehouses.list()) shown.push_back(described(warehouses, warehouse));
  return shown.empty() ? Response{} : json_response({{"warehouses", std::move(shown)}});
}

}  // namespace

void add_warehouses(Router& router, Workspace& workspace, std::function<std::int64_t()> now_ms) {
  const auto warehouses = std::make_shared<Warehouses>(workspace.store, std::move(now_ms));
  const std::string all = "/api/2.0/sql/warehouses";
  const std::string one = all + "/{id}";
  router.add("POST", all, [warehouses](const Request& request) { return create(*warehouses, request); });
  router.add("GET", all, [warehouses](const Request&) { return list(*warehouses); });
  router.add("GET", one, [warehouses](const Request& request) {
    return json_response(described(*warehouses, warehouses->get(request.captures.at("id"))));
  });
  router.add("POST", one + "/edit", [warehouses](const Request& request) { return edit(*warehouses, request); });
  router.add("POST", one + "/start", [warehouses](const Request& request) { return turn(*warehouses, request, true); });
  router.add("POST", one + "/stop", [warehouses](const Request& request) { return turn(*warehouses, request, false); });
  router.add("DELETE", one, [warehouses](const Request& request) {
    warehouses->remove(own(*warehouses, request).id);
    return Response{};
  });
  // By its name, and not as an address that nobody knows.
  router.add("POST", "/api/2.0/sql/statements", [warehouses](const Request& request) -> Response {
    warehouses->get(required_text(request.arguments(), "warehouse_id"));
    throw feature_disabled(
        "brickwork-local does not execute SQL statements: run the SQL in a notebook or a Spark task.");
  });
}

}  // namespace brickwork::local
