#include "auth/oauth_app.h"

#include <optional>

#include "auth/workspace_host.h"
#include "rest/members.h"
#include "rest/paging.h"

namespace brickwork {
namespace {

namespace json = boost::json;

Status unusable(const json::object& request, const std::string& account_id) {
  if (account_id.empty()) {
    return failure(Code::kInvalidArgument,
                   "an OAuth application belongs to an account: account_id (DATABRICKS_ACCOUNT_ID) says which one",
                   "/account_id");
  }
  if (text_at(request, "name").empty()) return failure(Code::kInvalidArgument, "the application needs a name", "/name");
  const json::value* urls = request.if_contains("redirect_urls");
  if (urls == nullptr || !urls->is_array() || urls->get_array().empty()) {
    return failure(Code::kInvalidArgument,
                   "redirect_urls are the addresses that a browser may be sent back to, such as "
                   "[\"http://localhost:8020\"]",
                   "/redirect_urls");
  }
  return Status();
}

json::object answer_of(const json::object& app, bool existed) {
  json::object document{{"existed", existed}};
  for (const char* name : {"integration_id", "client_id", "client_secret"})
    if (const json::value* value = app.if_contains(name)) document[name] = *value;
  return document;
}

// Adds to a refusal what is likeliest: the request went to a workspace.
Status about_account(const Status& status, const std::string& host) {
  Fault fault = status.fault();
  if (!is_account_host(host)) {
    fault.message +=
        " (applications are made on the account's own host, such as https://accounts.cloud.databricks.com, "
        "by an administrator of the account)";
  }
  return Status(std::move(fault));
}

// Empty: there is none of that name.
Task<Result<std::optional<json::object>>> find(Context& context, RestClient& client, std::string path,
                                               std::string name) {
  RestRequest request;
  request.path = std::move(path);
  request.query = {{"page_size", "100"}};
  Pages pages(client, std::move(request));
  while (!pages.at_end()) {
    Task<Result<json::object>> asking = pages.next(context);
    const Result<json::object> page = co_await asking;
    if (!page.ok()) co_return page.status();
    for (const json::value& app : array_at(page.value(), "apps"))
      if (app.is_object() && text_at(app.get_object(), "name") == name) co_return std::optional(app.get_object());
  }
  co_return std::optional<json::object>();
}

}  // namespace

Task<Result<json::object>> create_oauth_app(Context& context, RestClient& client, const Login& login,
                                            json::object request) {
  const std::string host = client.options().host;
  std::string account_id = text_at(request, "account_id");
  if (account_id.empty()) account_id = login.value("account_id");
  if (Status status = unusable(request, account_id); !status.ok()) co_return status;
  const std::string path = "/api/2.0/accounts/" + percent_encode(account_id) + "/oauth2/custom-app-integrations";
  Task<Result<std::optional<json::object>>> finding = find(context, client, path, text_at(request, "name"));
  const Result<std::optional<json::object>> found = co_await finding;
  if (!found.ok()) co_return about_account(found.status(), host);
  if (found.value()) co_return answer_of(*found.value(), true);

  request.erase("account_id");
  RestRequest create;
  create.method = "POST";
  create.path = path;
  create.body = std::move(request);
  create.repeat = Repeat::kStartsSomething;
  Task<Result<RestResponse>> asking = client.send(context, std::move(create));
  const Result<RestResponse> answer = co_await asking;
  if (!answer.ok()) co_return about_account(answer.status(), host);
  co_return answer_of(object_or_none(answer.value().body), false);
}

}  // namespace brickwork
