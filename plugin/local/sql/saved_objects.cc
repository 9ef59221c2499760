#include <algorithm>
#include <boost/json/array.hpp>
#include <sstream>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/jobs/page.h"
#include "local/sql/iso_time.h"
#include "local/sql/routes.h"
#include "local/sql/sql_id.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

constexpr std::int64_t kDefaultPage = 20;
constexpr std::int64_t kMostPage = 100;

// Queries and alerts are made, changed, listed and trashed in the same way.
struct Kind {
  std::string name;                  // as messages and bodies have it
  std::vector<std::string> members;  // that users write
  json::object defaults;
  std::function<void(const json::object&)> check;
};

json::object described(const Kind& kind, const SqlObject& object) {
  json::object shown = object.document;
  shown["id"] = object.id;
  shown["owner_user_name"] = object.owner;
  if (kind.name == "query") shown["last_modifier_user_name"] = object.last_modifier;
  shown["lifecycle_state"] = object.is_trashed ? "TRASHED" : "ACTIVE";
  shown["create_time"] = iso_time(object.create_time);
  shown["update_time"] = iso_time(object.update_time);
  return shown;
}

// Two of one name are no two nodes of a folder.
void name_it(SqlObjects& objects, const Kind& kind, SqlObject& object, bool resolve) {
  const std::string wanted = required_text(object.document, "display_name");
  const auto folder_of = [](const SqlObject& each) {
    const json::value* path = each.document.if_contains("parent_path");
    return path == nullptr ? json::value() : *path;
  };
  const auto is_taken = [&](const std::string& name) {
    const auto all = objects.list(kind.name);
    return std::any_of(all.begin(), all.end(), [&](const SqlObject& other) {
      return other.id != object.id && other.document.at("display_name").as_string() == name &&
             folder_of(other) == folder_of(object);
    });
  };
  std::string name = wanted;
  for (int number = 1; is_taken(name); ++number) {
    if (!resolve) throw already_exists("Node named '" + wanted.substr(0, 100) + "' already exists");
    name = wanted + " (" + std::to_string(number) + ")";
  }
  object.document["display_name"] = name;
}

void take(const Kind& kind, const json::object& from, json::object& into) {
  for (const std::string& member : kind.members)
    if (const json::value* value = from.if_contains(member)) into[member] = *value;
}

const json::object& body_of(const Kind& kind, const Request& request) {
  const json::object* body = object_field(request.arguments(), kind.name);
  if (body == nullptr) throw invalid_parameter("Missing required field: " + kind.name);
  return *body;
}

Response create(SqlObjects& objects, const Kind& kind, const Request& request) {
  SqlObject object{.id = new_sql_id(),
                   .kind = kind.name,
                   .owner = request.caller.user_name,
                   .last_modifier = request.caller.user_name,
                   .create_time = objects.now_ms(),
                   .update_time = objects.now_ms(),
                   .document = kind.defaults};
  object.document["parent_path"] = "/Workspace/Users/" + request.caller.user_name;
  take(kind, body_of(kind, request), object.document);
  kind.check(object.document);
  name_it(objects, kind, object, flag_field(request.arguments(), "auto_resolve_display_name").value_or(false));
  objects.save(object);
  return json_response(described(kind, object));
}

SqlObject own(SqlObjects& objects, const Kind& kind, const Request& request) {
  SqlObject object = objects.get(kind.name, request.captures.at("id"));
  if (object.owner != request.caller.user_name && !request.caller.is_admin())
    throw ApiError(403, "PERMISSION_DENIED", "You do not have CAN_MANAGE on " + kind.name + " " + object.id + ".");
  return object;
}

Response update(SqlObjects& objects, const Kind& kind, const Request& request) {
  SqlObject object = own(objects, kind, request);
  const std::string mask = required_text(request.arguments(), "update_mask");
  const json::object& body = body_of(kind, request);
  if (mask == "*") {
    take(kind, body, object.document);
  } else {
    std::istringstream members(mask);
    for (std::string member; std::getline(members, member, ',');) {
      member = member.substr(0, member.find('.'));  // a member of a member changes the whole of it
      if (std::find(kind.members.begin(), kind.members.end(), member) == kind.members.end())
        throw invalid_parameter("update_mask names '" + member.substr(0, 50) + "', which cannot be changed.");
      if (const json::value* value = body.if_contains(member))
        object.document[member] = *value;
      else
        object.document.erase(member);
    }
  }
  kind.check(object.document);
  name_it(objects, kind, object, flag_field(request.arguments(), "auto_resolve_display_name").value_or(false));
  object.last_modifier = request.caller.user_name;
  object.update_time = objects.now_ms();
  objects.save(object);
  return json_response(described(kind, object));
}

Response list(SqlObjects& objects, const Kind& kind, const Request& request) {
  const json::object& arguments = request.arguments();
  const std::int64_t size = integer_field(arguments, "page_size").value_or(kDefaultPage);
  if (size < 0 || size > kMostPage)
    throw invalid_parameter("page_size must be between 0 and " + std::to_string(kMostPage) + ".");
  const std::int64_t from = page_offset(text_field(arguments, "page_token").value_or(""), kind.name);
  const std::vector<SqlObject> all = objects.list(kind.name);
  const auto end =
      std::min<std::int64_t>(static_cast<std::int64_t>(all.size()), from + (size == 0 ? kDefaultPage : size));
  json::array results;
  for (std::int64_t index = from; index < end; ++index)
    results.push_back(described(kind, all[static_cast<std::size_t>(index)]));
  json::object answer{{"results", std::move(results)}};
  if (end < static_cast<std::int64_t>(all.size())) answer["next_page_token"] = page_token({end}, kind.name);
  return json_response(answer);
}

void add(Router& router, SqlObjects& objects, const std::string& all, const std::shared_ptr<Kind>& kind) {
  const std::string one = all + "/{id}";
  router.add("POST", all, [&objects, kind](const Request& request) { return create(objects, *kind, request); });
  router.add("GET", all, [&objects, kind](const Request& request) { return list(objects, *kind, request); });
  router.add("GET", one, [&objects, kind](const Request& request) {
    return json_response(described(*kind, objects.get(kind->name, request.captures.at("id"))));
  });
  router.add("PATCH", one, [&objects, kind](const Request& request) { return update(objects, *kind, request); });
  router.add("DELETE", one, [&objects, kind](const Request& request) {
    SqlObject object = own(objects, *kind, request);
    object.is_trashed = true;
    object.update_time = objects.now_ms();
    objects.save(object);
    return Response{};
  });
}

void check_alert(SqlObjects& objects, const json::object& alert) {
  objects.get("query", required_text(alert, "query_id"));
  if (object_field(alert, "condition") == nullptr) throw invalid_parameter("Missing required field: condition");
}

void check_query(const json::object& query) {
  text_field(query, "query_text");
  text_field(query, "warehouse_id");
  text_field(query, "catalog");
  text_field(query, "schema");
  array_field(query, "parameters");
}

}  // namespace

void add_saved_objects(Router& router, SqlObjects& objects) {
  add(router, objects, "/api/2.0/sql/queries",
      std::make_shared<Kind>(Kind{"query",
                                  {"display_name", "description", "query_text", "warehouse_id", "catalog", "schema",
                                   "parameters", "parent_path", "run_as_mode", "apply_auto_limit", "tags"},
                                  {{"run_as_mode", "OWNER"}},
                                  check_query}));
  add(router, objects, "/api/2.0/sql/alerts",
      std::make_shared<Kind>(Kind{"alert",
                                  {"display_name", "query_id", "condition", "custom_subject", "custom_body",
                                   "notify_on_ok", "seconds_to_retrigger", "parent_path"},
                                  {{"state", "UNKNOWN"}},
                                  [&objects](const json::object& alert) { check_alert(objects, alert); }}));
  // There are none: dashboards are not in this workspace.
  router.add("GET", "/api/2.0/sql/queries/{id}/visualizations", [&objects](const Request& request) {
    objects.get("query", request.captures.at("id"));
    return Response{};
  });
}

}  // namespace brickwork::local
