#include <boost/json/array.hpp>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/http_text.h"
#include "local/oidc/parts.h"
#include "local/oidc/texts.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

json::object described(const Oidc::Parts& parts, const FederationPolicy& policy) {
  std::string name = "accounts/" + parts.account_id;
  json::object body{{"policy_id", policy.policy_id},
                    {"uid", policy.uid},
                    {"oidc_policy", policy.oidc_policy},
                    {"create_time", rfc3339(policy.create_time)},
                    {"update_time", rfc3339(policy.update_time)}};
  if (!policy.description.empty()) body["description"] = policy.description;
  if (policy.principal_id != 0) {
    body["service_principal_id"] = policy.principal_id;
    name += "/servicePrincipals/" + std::to_string(policy.principal_id);
  }
  body["name"] = name + "/federationPolicies/" + policy.policy_id;
  return body;
}

// 0 for the account's own policies.
std::int64_t owner_of(Oidc::Parts& parts, const Request& request) {
  return request.captures.contains("service_principal_id") ? principal_of_path(parts, request).id : 0;
}

FederationPolicy policy_of_path(Oidc::Parts& parts, const Request& request) {
  const std::string& id = request.captures.at("policy_id");
  auto policy = parts.policies.find(owner_of(parts, request), id);
  if (!policy) throw does_not_exist("Federation policy " + id + " does not exist.");
  return std::move(*policy);
}

Response create(Oidc::Parts& parts, const Request& request) {
  const json::object& arguments = request.arguments();
  FederationPolicy policy{.policy_id = text_field(arguments, "policy_id").value_or(new_request_id()),
                          .principal_id = owner_of(parts, request),
                          .description = text_field(arguments, "description").value_or("")};
  if (const json::object* oidc = object_field(arguments, "oidc_policy")) policy.oidc_policy = *oidc;
  check_policy(policy);
  parts.policies.create(policy);
  return json_response(described(parts, policy));
}

// "description,oidc_policy.audiences", or "*" for all; without a mask what the request holds.
std::vector<std::string> fields_to_update(const json::object& arguments) {
  std::string mask = text_field(arguments, "update_mask").value_or("");
  if (mask == "*") return {"description", "oidc_policy"};
  std::vector<std::string> fields;
  if (!mask.empty()) {
    std::replace(mask.begin(), mask.end(), ',', ' ');
    return scopes_of(mask);
  }
  if (arguments.contains("description")) fields.emplace_back("description");
  if (const json::object* oidc = object_field(arguments, "oidc_policy"))
    for (const auto& member : *oidc) fields.push_back("oidc_policy." + std::string(member.key()));
  return fields;
}

void update_field(FederationPolicy& policy, const std::string& field, const json::object& arguments) {
  constexpr std::string_view kOidc = "oidc_policy.";
  const json::object* given = object_field(arguments, "oidc_policy");
  if (field == "description") {
    policy.description = text_field(arguments, "description").value_or("");
  } else if (field == "oidc_policy") {
    policy.oidc_policy = given == nullptr ? json::object{} : *given;
  } else if (field.starts_with(kOidc)) {
    const std::string name = field.substr(kOidc.size());
    const json::value* value = given == nullptr ? nullptr : given->if_contains(name);
    policy.oidc_policy.erase(name);
    if (value != nullptr) policy.oidc_policy[name] = *value;
  } else {
    throw invalid_parameter("update_mask names " + field + ", which is no field that can be updated.");
  }
}

Response update(Oidc::Parts& parts, const Request& request) {
  FederationPolicy policy = policy_of_path(parts, request);
  for (const std::string& field : fields_to_update(request.arguments()))
    update_field(policy, field, request.arguments());
  check_policy(policy);
  parts.policies.update(policy);
  return json_response(described(parts, policy));
}

Response list(Oidc::Parts& parts, const Request& request) {
  json::array policies;
  for (const FederationPolicy& policy : parts.policies.list(owner_of(parts, request)))
    policies.push_back(described(parts, policy));
  return page_of_entries(request, "policies", policies);
}

Response remove(Oidc::Parts& parts, const Request& request) {
  const FederationPolicy policy = policy_of_path(parts, request);
  parts.policies.remove(policy.principal_id, policy.policy_id);
  return {};
}

}  // namespace

void add_federation_policies(Router& router, Oidc::Parts& parts) {
  for (const std::string of : {"", "servicePrincipals/{service_principal_id}/"}) {
    const std::string all = of + "federationPolicies";
    const std::string one = all + "/{policy_id...}";
    const auto add = [&](const char* method, const std::string& path, auto handler) {
      add_account_route(router, parts, method, path,
                        [&parts, handler](const Request& request) { return handler(parts, request); });
    };
    add("POST", all, create);
    add("GET", all, list);
    add("GET", one, [](Oidc::Parts& of_room, const Request& request) {
      return json_response(described(of_room, policy_of_path(of_room, request)));
    });
    add("PATCH", one, update);
    add("DELETE", one, remove);
  }
}

}  // namespace brickwork::local
