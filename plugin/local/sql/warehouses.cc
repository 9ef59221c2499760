#include <algorithm>
#include <array>
#include <boost/json/array.hpp>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/random_token.h"
#include "local/sql/routes.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

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

json::object described(const WarehouseStore& warehouses, const Warehouse& warehouse) {
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

Response create(WarehouseStore& warehouses, const Request& request) {
  Warehouse warehouse{.id = hexadecimal(random_bytes(8)),
                      .creator = request.caller.user_name,
                      .used_at = warehouses.now_ms(),
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
Warehouse own(WarehouseStore& warehouses, const Request& request) {
  Warehouse warehouse = warehouses.get(request.captures.at("id"));
  if (!request.caller.is_admin() && request.caller.user_name != warehouse.creator)
    throw ApiError(403, "PERMISSION_DENIED", "You do not have CAN_MANAGE on SQL warehouse " + warehouse.id + ".");
  return warehouse;
}

Response edit(WarehouseStore& warehouses, const Request& request) {
  Warehouse warehouse = own(warehouses, request);
  read_settings(warehouse, request.arguments());
  warehouses.update(warehouse);
  return {};
}

Response turn(WarehouseStore& warehouses, const Request& request, bool on) {
  Warehouse warehouse = warehouses.get(request.captures.at("id"));
  if (on == warehouses.is_running(warehouse)) return {};
  warehouse.used_at = on ? std::optional(warehouses.now_ms()) : std::nullopt;
  warehouses.update(warehouse);
  return {};
}

Response list(WarehouseStore& warehouses) {
  json::array shown;
  for (const Warehouse& warehouse : warehouses.list()) shown.push_back(described(warehouses, warehouse));
  return shown.empty() ? Response{} : json_response({{"warehouses", std::move(shown)}});
}

}  // namespace

void add_warehouses(Router& router, const std::shared_ptr<WarehouseStore>& warehouses) {
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
}

}  // namespace brickwork::local
