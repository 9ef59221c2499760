#include "rest/paging.h"

#include <algorithm>

namespace brickwork {
namespace {

namespace json = boost::json;

constexpr std::string_view kPageToken = "page_token";

void set_token(Query& query, std::string token) {
  std::erase_if(query, [](const auto& item) { return item.first == kPageToken; });
  query.emplace_back(kPageToken, std::move(token));
}

std::string next_token(const json::object& page) {
  const json::value* token = page.if_contains("next_page_token");
  return token && token->is_string() ? std::string(token->get_string()) : std::string();
}

void add_page(json::object& all, json::object page) {
  for (auto& [name, value] : page) {
    json::value* known = all.if_contains(name);
    if (!known) {
      all.emplace(name, std::move(value));
    } else if (known->is_array() && value.is_array()) {
      json::array& items = known->get_array();
      for (json::value& item : value.get_array()) items.push_back(std::move(item));
    }
  }
}

}  // namespace

Pages::Pages(RestClient& client, RestRequest request) : client_(client), request_(std::move(request)) {}

bool Pages::at_end() const { return at_end_; }

Task<Result<json::object>> Pages::next(Context& context) {
  if (at_end_) co_return json::object();
  Task<Result<RestResponse>> asking = client_.send(context, request_);
  Result<RestResponse> response = co_await asking;
  if (!response.ok()) co_return response.status();

  json::value& body = response.value().body;
  if (body.is_null()) body.emplace_object();
  if (!body.is_object()) {
    Fault fault;
    fault.message = "a page of " + request_.path + " is not a JSON object";
    fault.operation = request_.method + " " + request_.path;
    fault.request_id = response.value().request_id;
    fault.http_status = response.value().http_status;
    fault.attempts = response.value().attempts;
    co_return Status(std::move(fault));
  }
  json::object page = std::move(body.get_object());
  std::string token = next_token(page);
  at_end_ = token.empty();
  if (!at_end_) {
    // A server that hands out a token twice would keep us for ever.
    if (!tokens_.insert(token).second) {
      at_end_ = true;
      Fault fault;
      fault.message = "the pages of " + request_.path + " go round in a circle: a page token came twice";
      fault.operation = request_.method + " " + request_.path;
      fault.request_id = response.value().request_id;
      co_return Status(std::move(fault));
    }
    set_token(request_.query, std::move(token));
  }
  co_return page;
}

Task<Result<json::object>> get_all_pages(Context& context, RestClient& client, RestRequest request) {
  Pages pages(client, std::move(request));
  json::object all;
  while (!pages.at_end()) {
    Task<Result<json::object>> asking = pages.next(context);
    Result<json::object> page = co_await asking;
    if (!page.ok()) co_return page.status();
    add_page(all, std::move(page.value()));
  }
  // They speak of one page, and there are none any more.
  for (const char* name : {"next_page_token", "prev_page_token", "has_more"}) all.erase(name);
  co_return all;
}

}  // namespace brickwork
