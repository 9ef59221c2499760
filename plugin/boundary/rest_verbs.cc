#include "boundary/verbs.h"

namespace brickwork::boundary {
namespace {

namespace json = boost::json;

Status wrong(const std::string& member, const std::string& must) {
  return failure(Code::kInvalidArgument, "\"" + member + "\" must be " + must, "/" + member);
}

std::string query_text(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

// A list is the same name several times, as the API reads it.
Query query_of(const json::object& members) {
  Query query;
  for (const auto& [name, value] : members) {
    if (value.is_array()) {
      for (const json::value& each : value.get_array()) query.emplace_back(name, query_text(each));
    } else {
      query.emplace_back(name, query_text(value));
    }
  }
  return query;
}

// Whether a request that nobody described starts something: all but the methods that HTTP itself calls idempotent.
bool is_repeatable(const std::string& method) {
  return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE" || method == "OPTIONS";
}

Result<RestRequest> rest_request(json::object& document) {
  RestRequest request;
  const json::value* method = document.if_contains("method");
  if (method != nullptr) {
    if (!method->is_string() || method->get_string().empty()) return wrong("method", "an HTTP method, such as \"GET\"");
    request.method = std::string(method->get_string());
    for (char& c : request.method) {
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
      if (c < 'A' || c > 'Z') return wrong("method", "an HTTP method, such as \"GET\"");
    }
  }
  const json::value* path = document.if_contains("path");
  if (path == nullptr || !path->is_string() || !path->get_string().starts_with('/')) {
    return wrong("path", "a path on the workspace, such as \"/api/2.2/jobs/list\"");
  }
  for (const char c : path->get_string()) {
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7f) return wrong("path", "without spaces or control characters");
  }
  request.path = std::string(path->get_string());
  if (const json::value* query = document.if_contains("query")) {
    if (!query->is_object()) return wrong("query", "an object of names and values");
    request.query = query_of(query->get_object());
  }
  bool starts_something = !is_repeatable(request.method);
  if (const json::value* says = document.if_contains("starts_something")) {
    if (!says->is_bool()) return wrong("starts_something", "true or false");
    starts_something = says->get_bool();
  }
  request.repeat = starts_something ? Repeat::kStartsSomething : Repeat::kSafe;
  if (json::value* body = document.if_contains("body")) request.body = std::move(*body);
  return request;
}

}  // namespace

Task<Result<json::object>> send_rest(Context& context, VerbClient& client, json::object request, runs::Progress) {
  Result<RestRequest> parsed = rest_request(request);
  if (!parsed.ok()) co_return parsed.status();
  Task<Result<RestResponse>> sending = client.rest.send(context, std::move(parsed.value()));
  Result<RestResponse> answer = co_await sending;
  if (!answer.ok()) co_return answer.status();
  RestResponse& response = answer.value();
  json::object document;
  document["http_status"] = response.http_status;
  document["body"] = std::move(response.body);
  document["request_id"] = response.request_id;
  document["attempts"] = response.attempts;
  co_return std::move(document);
}

}  // namespace brickwork::boundary
