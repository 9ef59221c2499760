#include <algorithm>
#include <boost/json/array.hpp>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/jobs/page.h"
#include "local/resources/execution_resources.h"
#include "local/resources/unity_store.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

// What the routes of one kind have in common with those of another, and what not.
struct Kind {
  UnityKind kind;
  const char* path;  // and the member of a list
  const char* id;    // the member that holds the id; empty for none
  std::size_t depth;
};
constexpr Kind kKinds[] = {{UnityKind::kCatalog, "catalogs", "", 1},
                           {UnityKind::kSchema, "schemas", "schema_id", 2},
                           {UnityKind::kTable, "tables", "table_id", 3},
                           {UnityKind::kVolume, "volumes", "volume_id", 3}};

// What is kept as it was written.
constexpr const char* kKept[] = {"comment",      "properties",       "options",
                                 "storage_root", "columns",          "data_source_format",
                                 "table_type",   "storage_location", "view_definition",
                                 "volume_type",  "isolation_mode",   "enable_predictive_optimization"};

json::object described(const UnityStore& store, const Kind& kind, const UnityObject& object) {
  json::object body = object.document;
  body["name"] = object.names.back();
  body["full_name"] = object.full_name();
  body["owner"] = object.owner;
  body["metastore_id"] = store.metastore_id();
  body["created_at"] = object.created_at;
  body["created_by"] = object.created_by;
  body["updated_at"] = object.updated_at;
  body["updated_by"] = object.updated_by;
  if (*kind.id != '\0') body[kind.id] = object.id;
  if (kind.depth > 1) body["catalog_name"] = object.names[0];
  if (kind.depth > 2) body["schema_name"] = object.names[1];
  if (kind.kind == UnityKind::kCatalog || kind.kind == UnityKind::kSchema) body["catalog_type"] = "MANAGED_CATALOG";
  if (kind.kind == UnityKind::kCatalog) body["securable_type"] = "CATALOG";
  if (kind.kind == UnityKind::kVolume)
    body["storage_location"] = "dbfs:/Volumes/" + object.names[0] + "/" + object.names[1] + "/" + object.names[2];
  return body;
}

void keep(json::object& document, const json::object& arguments) {
  for (const char* name : kKept)
    if (const json::value* value = arguments.if_contains(name)) document[name] = *value;
}

// There are no external locations to put one in. What Spark made is what Spark says it is.
void check_kind(const Kind& kind, const json::object& arguments) {
  const std::string volume_type = text_field(arguments, "volume_type").value_or("");
  if (kind.kind == UnityKind::kVolume && volume_type != "MANAGED")
    throw invalid_parameter("volume_type must be MANAGED: this workspace has no external locations.");
  if (kind.kind == UnityKind::kTable && text_field(arguments, "table_type").value_or("") != "EXTERNAL")
    throw invalid_parameter("table_type must be EXTERNAL: managed tables are made by SQL.");
}

std::vector<std::string> names_of_arguments(const Kind& kind, const json::object& arguments) {
  std::vector<std::string> names;
  if (kind.depth > 1) names.push_back(required_text(arguments, "catalog_name"));
  if (kind.depth > 2) names.push_back(required_text(arguments, "schema_name"));
  return names;
}

// "main.default.data"
std::vector<std::string> names_of_path(const Kind& kind, const Request& request) {
  const std::string& full_name = request.captures.at("full_name");
  std::vector<std::string> names;
  std::size_t from = 0;
  for (std::size_t dot = full_name.find('.'); dot != std::string::npos; dot = full_name.find('.', from)) {
    names.push_back(full_name.substr(from, dot - from));
    from = dot + 1;
  }
  names.push_back(full_name.substr(from));
  if (names.size() != kind.depth)
    throw invalid_parameter("The name of a " + word_of(kind.kind) + " has " + std::to_string(kind.depth) +
                            (kind.depth == 1 ? " part" : " parts") + ", not as '" + full_name + "'.");
  return names;
}

void require_owner(UnityStore& store, const UnityObject& object, const Request& request) {
  if (request.caller.is_admin() || request.caller.user_name == object.owner) return;
  for (std::size_t depth = 1; depth < object.names.size(); ++depth) {
    const std::vector<std::string> above(object.names.begin(),
                                         object.names.begin() + static_cast<std::ptrdiff_t>(depth));
    if (store.get(depth == 1 ? UnityKind::kCatalog : UnityKind::kSchema, above).owner == request.caller.user_name)
      return;
  }
  throw ApiError(403, "PERMISSION_DENIED",
                 "User is not an owner of the " + word_of(object.kind) + " '" + object.full_name() + "'.");
}

Response create_unchecked(UnityStore& store, const Kind& kind, const Request& request) {
  const json::object& arguments = request.arguments();
  std::vector<std::string> names = names_of_arguments(kind, arguments);
  names.push_back(required_text(arguments, "name"));
  json::object document;
  keep(document, arguments);
  return json_response(described(store, kind, store.create(kind.kind, names, request.caller.user_name, document)));
}

Response create(UnityStore& store, const Kind& kind, const Request& request) {
  if (kind.kind == UnityKind::kCatalog && !request.caller.is_admin())
    throw ApiError(403, "PERMISSION_DENIED", "User does not have CREATE CATALOG on the metastore.");
  check_kind(kind, request.arguments());
  Response created = create_unchecked(store, kind, request);
  // Every catalog begins with it.
  if (kind.kind == UnityKind::kCatalog)
    store.create(UnityKind::kSchema, {required_text(request.arguments(), "name"), "default"}, request.caller.user_name,
                 {});
  return created;
}

Response list(UnityStore& store, const Kind& kind, const Request& request) {
  constexpr std::int64_t kMost = 1000;
  const json::object& arguments = request.arguments();
  const std::int64_t asked = integer_field(arguments, "max_results").value_or(0);
  if (asked < 0) throw invalid_parameter("max_results must not be negative.");
  const std::int64_t size = asked == 0 ? kMost : std::min(asked, kMost);
  const std::vector<std::string> parent = names_of_arguments(kind, arguments);
  std::string query = kind.path;
  for (const std::string& name : parent) query += "." + name;
  const std::int64_t from = page_offset(text_field(arguments, "page_token").value_or(""), query);
  const std::vector<UnityObject> objects = store.children(kind.kind, parent);
  const auto count = static_cast<std::int64_t>(objects.size());
  json::array shown;
  for (std::int64_t i = from; i < std::min(count, from + size); ++i)
    shown.push_back(described(store, kind, objects[static_cast<std::size_t>(i)]));
  json::object body;
  if (!shown.empty()) body[kind.path] = std::move(shown);
  if (from + size < count) body["next_page_token"] = page_token({from + size}, query);
  return json_response(body);
}

Response update(UnityStore& store, const Kind& kind, const Request& request) {
  const json::object& arguments = request.arguments();
  UnityObject object = store.get(kind.kind, names_of_path(kind, request));
  require_owner(store, object, request);
  for (const char* name : {"comment", "properties", "options", "isolation_mode", "enable_predictive_optimization"})
    if (const json::value* value = arguments.if_contains(name)) object.document[name] = *value;
  object.owner = text_field(arguments, "owner").value_or(object.owner);
  store.update(object, text_field(arguments, "new_name").value_or(""), request.caller.user_name);
  return kind.kind == UnityKind::kTable ? Response{} : json_response(described(store, kind, object));
}

// ALTER TABLE: Spark may change what clients of the API may not.
Response update_from_spark(UnityStore& store, const Kind& kind, const Request& request) {
  const json::object& arguments = request.arguments();
  UnityObject object = store.get(kind.kind, names_of_path(kind, request));
  require_owner(store, object, request);
  keep(object.document, arguments);
  store.update(object, text_field(arguments, "new_name").value_or(""), request.caller.user_name);
  return json_response(described(store, kind, object));
}

Response remove(UnityStore& store, const Kind& kind, const Request& request) {
  const UnityObject object = store.get(kind.kind, names_of_path(kind, request));
  require_owner(store, object, request);
  store.remove(object, flag_field(request.arguments(), "force").value_or(false));
  return {};
}

void add_kind(Router& router, UnityStore& store, const Kind& kind) {
  const std::string all = std::string("/api/2.1/unity-catalog/") + kind.path;
  const std::string one = all + "/{full_name}";
  const auto add = [&](const char* method, const std::string& path, auto handler) {
    router.add(method, path,
               [&store, &kind, handler](const Request& request) { return handler(store, kind, request); });
  };
  add("POST", all, create);
  add("GET", all, list);
  add("PATCH", one, update);
  add("DELETE", one, remove);
  add("GET", one, [](UnityStore& from, const Kind& of, const Request& request) {
    return json_response(described(from, of, from.get(of.kind, names_of_path(of, request))));
  });
}

Response exists(UnityStore& store, const Kind& tables, const Request& request) {
  try {
    store.get(UnityKind::kTable, names_of_path(tables, request));
    return json_response({{"table_exists", true}});
  } catch (const ApiError& error) {
    if (error.http_status() != 404) throw;
    return json_response({{"table_exists", false}});
  }
}

}  // namespace

void add_unity_catalog(Router& router, UnityStore& store, Workspace& workspace) {
  for (const Kind& kind : kKinds) add_kind(router, store, kind);
  router.add("GET", "/api/2.1/unity-catalog/tables/{full_name}/exists",
             [&store](const Request& request) { return exists(store, kKinds[2], request); });
  // For the sessions of clusters (runtime/brickwork_runtime/scala).
  router.add("POST", "/api/brickwork/unity-catalog/tables",
             [&store](const Request& request) { return create_unchecked(store, kKinds[2], request); });
  router.add("PATCH", "/api/brickwork/unity-catalog/tables/{full_name}",
             [&store](const Request& request) { return update_from_spark(store, kKinds[2], request); });
  router.add("GET", "/api/2.1/unity-catalog/metastore_summary", [&store, &workspace](const Request&) {
    return json_response({{"metastore_id", store.metastore_id()},
                          {"name", "brickwork-local"},
                          {"owner", workspace.user_name},
                          {"privilege_model_version", "1.0"}});
  });
  router.add("GET", "/api/2.1/unity-catalog/current-metastore-assignment", [&store, &workspace](const Request&) {
    return json_response({{"metastore_id", store.metastore_id()},
                          {"workspace_id", workspace.workspace_id},
                          {"default_catalog_name", "hive_metastore"}});
  });
}

}  // namespace brickwork::local
