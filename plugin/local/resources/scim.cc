#include "local/resources/scim.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <charconv>

#include "local/fields.h"
#include "local/http_text.h"
#include "local/resources/scim_document.h"
#include "local/resources/scim_filter.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

struct Kind {
  PrincipalKind kind;
  const char* path;
  const char* name_member;
  const char* what;
  const char* schema;
};
constexpr Kind kKinds[] = {
    {PrincipalKind::kUser, "Users", "userName", "User", "urn:ietf:params:scim:schemas:core:2.0:User"},
    {PrincipalKind::kServicePrincipal, "ServicePrincipals", "applicationId", "ServicePrincipal",
     "urn:ietf:params:scim:schemas:core:2.0:ServicePrincipal"},
    {PrincipalKind::kGroup, "Groups", "displayName", "Group", "urn:ietf:params:scim:schemas:core:2.0:Group"}};

constexpr std::int64_t kPageLimit = 10'000;

const Kind& kind_of(const Principal& principal) {
  for (const Kind& kind : kKinds)
    if (kind.kind == principal.kind) return kind;
  throw std::logic_error("a principal of no kind");
}

json::array references(const std::vector<Principal>& principals) {
  json::array found;
  for (const Principal& principal : principals) {
    const json::value* display = principal.document.if_contains("displayName");
    found.push_back({{"display", display != nullptr ? *display : json::value(principal.name)},
                     {"type", "direct"},
                     {"value", std::to_string(principal.id)},
                     {"$ref", std::string(kind_of(principal).path) + "/" + std::to_string(principal.id)}});
  }
  return found;
}

bool is_system_group(const Principal& group) { return group.name == "admins" || group.name == "users"; }

// The members that are ours and not kept in the document.
void take_over(const Kind& kind, Principal& principal, json::object document) {
  if (const auto name = text_field(document, kind.name_member)) principal.name = *name;
  if (principal.name.empty() || principal.name.size() > 256)
    throw ScimError(400, std::string(kind.name_member) + " is missing or longer than 256 characters", "invalidValue");
  principal.active = flag_field(document, "active").value_or(true);
  for (const char* computed : {"id", "schemas", "groups", "members", "active", "meta"}) document.erase(computed);
  document.erase(kind.name_member);
  principal.document = std::move(document);
}

std::int64_t id_of(std::string_view text) {
  std::int64_t id = 0;
  std::from_chars(text.data(), text.data() + text.size(), id);
  return id;
}

void set_members(UserStore& users, const Principal& group, const json::array& members) {
  std::vector<std::int64_t> wanted;
  for (const json::value& entry : members) {
    const json::object* member = entry.if_object();
    const std::int64_t id = member == nullptr ? 0 : id_of(text_field(*member, "value").value_or(""));
    const auto principal = users.find_any(id);
    if (!principal) throw ScimError(404, "A member of the group does not exist", "invalidValue");
    wanted.push_back(id);
  }
  for (const Principal& present : users.members(group.id))
    if (std::find(wanted.begin(), wanted.end(), present.id) == wanted.end()) users.remove_member(group.id, present.id);
  for (const std::int64_t id : wanted) users.add_member(group.id, id);
}

Principal get(UserStore& users, const Kind& kind, const Request& request) {
  const std::string& id = request.captures.at("id");
  auto found = users.find(kind.kind, id_of(id));
  if (!found) throw ScimError(404, std::string(kind.what) + " with id " + id + " not found.");
  return std::move(*found);
}

void require_admin(const Request& request) {
  if (!request.caller.is_admin()) throw ScimError(403, "Only workspace admins may change users and groups.");
}

Response create(UserStore& users, const Kind& kind, const Request& request) {
  require_admin(request);
  json::object document = request.arguments();
  if (kind.kind == PrincipalKind::kServicePrincipal && !text_field(document, "applicationId"))
    document["applicationId"] = new_request_id();
  const json::array* members = array_field(document, "members");
  const json::array given_members = members == nullptr ? json::array{} : *members;
  Principal principal{.kind = kind.kind};
  take_over(kind, principal, std::move(document));
  try {
    principal = users.create(kind.kind, principal.name, principal.document, principal.active);
  } catch (const ApiError& error) {
    throw ScimError(409, error.what(), "uniqueness");
  }
  if (kind.kind == PrincipalKind::kGroup) set_members(users, principal, given_members);
  Response response = json_response(scim_document(users, principal));
  response.status = 201;
  return response;
}

// By the attribute that was asked for; without one they stay in the order in which they were made.
void sort_documents(std::vector<json::object>& documents, const json::object& arguments) {
  const std::string attribute = text_field(arguments, "sortBy").value_or("");
  const std::string order = lower_case(text_field(arguments, "sortOrder").value_or("ascending"));
  if (order != "ascending" && order != "descending")
    throw ScimError(400, "sortOrder is ascending or descending, not " + order, "invalidValue");
  if (!attribute.empty())
    std::stable_sort(documents.begin(), documents.end(), [&](const json::object& left, const json::object& right) {
      return scim_values(left, attribute) < scim_values(right, attribute);
    });
  if (order == "descending") std::reverse(documents.begin(), documents.end());
}

Response list(UserStore& users, const Kind& kind, const Request& request) {
  const json::object& arguments = request.arguments();
  const std::string filter = text_field(arguments, "filter").value_or("");
  const std::string attributes = text_field(arguments, "attributes").value_or("");
  const std::string excluded = text_field(arguments, "excludedAttributes").value_or("");
  const std::int64_t start = std::max<std::int64_t>(1, integer_field(arguments, "startIndex").value_or(1));
  const std::int64_t count = std::clamp<std::int64_t>(integer_field(arguments, "count").value_or(100), 0, kPageLimit);
  std::vector<json::object> documents;
  for (const Principal& principal : users.list(kind.kind))
    if (json::object document = scim_document(users, principal); fits_filter(document, filter))
      documents.push_back(std::move(document));
  sort_documents(documents, arguments);
  json::array shown;
  for (std::size_t i = static_cast<std::size_t>(start) - 1;
       i < documents.size() && static_cast<std::int64_t>(shown.size()) < count; ++i)
    shown.push_back(with_attributes(documents[i], attributes, excluded));
  return json_response({{"schemas", {"urn:ietf:params:scim:api:messages:2.0:ListResponse"}},
                        {"totalResults", documents.size()},
                        {"startIndex", start},
                        {"itemsPerPage", shown.size()},
                        {"Resources", std::move(shown)}});
}

// `document` is the principal's whole new document.
Response replace(UserStore& users, const Kind& kind, Principal principal, json::object document) {
  const json::array* members = array_field(document, "members");
  const std::optional<json::array> given = members == nullptr ? std::nullopt : std::optional(*members);
  const std::string old_name = principal.name;
  const bool is_system = kind.kind == PrincipalKind::kGroup && is_system_group(principal);
  take_over(kind, principal, std::move(document));
  if (is_system && principal.name != old_name) throw ScimError(400, "The group " + old_name + " cannot be renamed");
  try {
    users.update(principal);
  } catch (const ApiError& error) {
    throw ScimError(409, error.what(), "uniqueness");
  }
  if (kind.kind == PrincipalKind::kGroup && given) set_members(users, principal, *given);
  return json_response(scim_document(users, principal));
}

Response patch(UserStore& users, const Kind& kind, const Request& request) {
  require_admin(request);
  const Principal principal = get(users, kind, request);
  json::object document = scim_document(users, principal);
  if (kind.kind == PrincipalKind::kGroup && !document.contains("members")) document["members"] = json::array{};
  const json::array* operations = array_field(request.arguments(), "Operations");
  if (operations == nullptr) throw ScimError(400, "Missing required field: Operations", "invalidSyntax");
  for (const json::value& operation : *operations) {
    if (!operation.is_object()) throw ScimError(400, "An operation must be an object", "invalidSyntax");
    apply_operation(document, operation.get_object());
  }
  return replace(users, kind, principal, std::move(document));
}

Response remove(UserStore& users, const Kind& kind, const Request& request) {
  require_admin(request);
  const Principal principal = get(users, kind, request);
  if (principal.id == request.caller.user_id) throw ScimError(403, "You cannot delete yourself.");
  if (kind.kind == PrincipalKind::kGroup && is_system_group(principal))
    throw ScimError(403, "The group " + principal.name + " cannot be deleted.");
  users.remove(kind.kind, principal.id);
  return {.status = 204, .body = ""};
}

Response error_body(const ApiError& error, const std::string& scim_type) {
  json::object body{{"schemas", {"urn:ietf:params:scim:api:messages:2.0:Error"}},
                    {"detail", error.what()},
                    {"status", std::to_string(error.http_status())}};
  if (!scim_type.empty()) body["scimType"] = scim_type;
  Response response = json_response(body);
  response.status = error.http_status();
  return response;
}

Handler in_scim_words(Handler handler) {
  return [handler = std::move(handler)](const Request& request) {
    try {
      return handler(request);
    } catch (const ScimError& error) {
      return error_body(error, error.scim_type());
    } catch (const ApiError& error) {
      return error_body(error, "invalidSyntax");
    }
  };
}

void add_kind(Router& router, UserStore& users, const Kind& kind, const std::string& base,
              const std::function<void(const Request&)>& guard) {
  const std::string all = base + kind.path;
  const std::string one = all + "/{id}";
  const auto add = [&](const char* method, const std::string& path, auto handler) {
    router.add(method, path, in_scim_words([&users, &kind, handler, guard](const Request& request) {
                 if (guard) guard(request);
                 return handler(users, kind, request);
               }));
  };
  add("POST", all, create);
  add("GET", all, list);
  add("PATCH", one, patch);
  add("DELETE", one, remove);
  add("GET", one, [](UserStore& store, const Kind& which, const Request& request) {
    return json_response(scim_document(store, get(store, which, request)));
  });
  add("PUT", one, [](UserStore& store, const Kind& which, const Request& request) {
    require_admin(request);
    return replace(store, which, get(store, which, request), request.arguments());
  });
}

}  // namespace

json::object scim_document(UserStore& users, const Principal& principal) {
  const Kind& kind = kind_of(principal);
  json::object document = principal.document;
  document["schemas"].emplace_array().push_back(json::string(kind.schema));
  document["id"] = std::to_string(principal.id);
  document[kind.name_member] = principal.name;
  const json::array groups = references(users.groups_of(principal.id));
  if (!groups.empty()) document["groups"] = groups;
  if (principal.kind == PrincipalKind::kGroup) {
    document["meta"] = {{"resourceType", is_system_group(principal) ? "WorkspaceGroup" : "Group"}};
    const json::array members = references(users.members(principal.id));
    if (!members.empty()) document["members"] = members;
    return document;
  }
  document["active"] = principal.active;
  if (!document.contains("displayName")) document["displayName"] = principal.name;
  if (principal.kind == PrincipalKind::kUser && !document.contains("emails"))
    document["emails"] = {{{"type", "work"}, {"value", principal.name}, {"primary", true}}};
  return document;
}

void add_scim(Router& router, UserStore& users) {
  for (const char* base : {"/api/2.0/preview/scim/v2/", "/api/2.0/scim/v2/"}) add_scim_at(router, users, base, nullptr);
}

void add_scim_at(Router& router, UserStore& users, const std::string& base,
                 const std::function<void(const Request&)>& guard) {
  for (const Kind& kind : kKinds) add_kind(router, users, kind, base, guard);
}

}  // namespace brickwork::local
