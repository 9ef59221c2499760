#include <boost/json/array.hpp>

#include "local/api_error.h"
#include "local/base64.h"
#include "local/fields.h"
#include "local/resources/execution_resources.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

Response put_secret(SecretStore& secrets, const json::object& arguments) {
  const auto text = text_field(arguments, "string_value");
  const auto bytes = text_field(arguments, "bytes_value");
  if (text.has_value() == bytes.has_value())
    throw ApiError(400, "MALFORMED_REQUEST", "Exactly one of string_value and bytes_value is needed");
  std::optional<std::string> value = text;
  if (bytes) value = base64_decode(*bytes);
  if (!value) throw invalid_parameter("bytes_value is not valid base64");
  secrets.put(required_text(arguments, "scope"), required_text(arguments, "key"), *value);
  return {};
}

Response create_scope(SecretStore& secrets, const json::object& arguments) {
  const std::string type = text_field(arguments, "scope_backend_type").value_or("DATABRICKS");
  if (type != "DATABRICKS")
    throw feature_disabled("Secret scopes of type " + type + " are not supported by brickwork-local");
  secrets.create_scope(required_text(arguments, "scope"));
  return {};
}

Response list_scopes(SecretStore& secrets) {
  json::array scopes;
  for (const std::string& scope : secrets.scopes()) scopes.push_back({{"name", scope}, {"backend_type", "DATABRICKS"}});
  if (scopes.empty()) return {};
  return json_response({{"scopes", std::move(scopes)}});
}

Response list_secrets(SecretStore& secrets, const json::object& arguments) {
  json::array found;
  for (const SecretMetadata& secret : secrets.list(required_text(arguments, "scope")))
    found.push_back({{"key", secret.key}, {"last_updated_timestamp", secret.last_updated_timestamp}});
  if (found.empty()) return {};
  return json_response({{"secrets", std::move(found)}});
}

Response get_secret(SecretStore& secrets, const json::object& arguments) {
  const std::string key = required_text(arguments, "key");
  return json_response({{"key", key}, {"value", base64_encode(secrets.value(required_text(arguments, "scope"), key))}});
}

}  // namespace

void add_secrets(Router& router, SecretStore& secrets) {
  const std::string base = "/api/2.0/secrets/";
  router.add("POST", base + "scopes/create",
             [&secrets](const Request& request) { return create_scope(secrets, request.arguments()); });
  router.add("POST", base + "scopes/delete", [&secrets](const Request& request) {
    secrets.delete_scope(required_text(request.arguments(), "scope"));
    return Response{};
  });
  router.add("GET", base + "scopes/list", [&secrets](const Request&) { return list_scopes(secrets); });
  router.add("POST", base + "put",
             [&secrets](const Request& request) { return put_secret(secrets, request.arguments()); });
  router.add("POST", base + "delete", [&secrets](const Request& request) {
    secrets.remove(required_text(request.arguments(), "scope"), required_text(request.arguments(), "key"));
    return Response{};
  });
  router.add("GET", base + "list",
             [&secrets](const Request& request) { return list_secrets(secrets, request.arguments()); });
  router.add("GET", base + "get",
             [&secrets](const Request& request) { return get_secret(secrets, request.arguments()); });
}

}  // namespace brickwork::local
