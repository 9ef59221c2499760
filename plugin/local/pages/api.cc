#include "local/pages/api.h"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/http_text.h"

namespace brickwork::local::pages {

namespace json = boost::json;
namespace {

void join(json::object& whole, json::object& page, const std::vector<std::string>& lists) {
  for (const std::string& list : lists) {
    json::value* more = page.if_contains(list);
    if (more == nullptr || !more->is_array()) continue;
    json::value& joined = whole[list];
    if (!joined.is_array()) joined.emplace_array();
    for (json::value& entry : more->get_array()) joined.get_array().push_back(std::move(entry));
  }
}

}  // namespace

json::object Api::answer(Request& request) const {
  request.headers["authorization"] = "Bearer " + token_;
  request.request_id = new_request_id();
  const Response response = ask_(request);
  if (response.status == 401) throw LoggedOut{};
  json::error_code error;
  json::value body = json::parse(response.body, error);
  if (error || !body.is_object()) throw std::runtime_error("the answer to " + request.path + " is not an object");
  if (response.status >= 400)
    throw ApiError(response.status, text_field(body.get_object(), "error_code").value_or(""),
                   text_field(body.get_object(), "message").value_or(""));
  return std::move(body.get_object());
}

json::object Api::get(const std::string& path, const std::map<std::string, std::string>& query) const {
  Request request;
  request.method = "GET";
  request.path = path;
  request.query = query;
  return answer(request);
}

json::object Api::post(const std::string& path, const json::object& body) const {
  Request request;
  request.method = "POST";
  request.path = path;
  request.headers["content-type"] = "application/json";
  request.body = json::serialize(body);
  return answer(request);
}

json::object Api::get_all(const std::string& path, std::map<std::string, std::string> query,
                          const std::vector<std::string>& lists) const {
  json::object whole = get(path, query);
  std::string next = text_field(whole, "next_page_token").value_or("");
  while (!next.empty()) {
    query["page_token"] = next;
    json::object page = get(path, query);
    next = text_field(page, "next_page_token").value_or("");
    join(whole, page, lists);
    // Those of a job are one level deeper.
    if (whole.contains("settings") && page.contains("settings"))
      join(whole["settings"].as_object(), page["settings"].as_object(), lists);
  }
  return whole;
}

}  // namespace brickwork::local::pages
