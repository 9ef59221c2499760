#include "auth/oidc_endpoints.h"

#include "auth/workspace_host.h"
#include "rest/members.h"

namespace brickwork {
namespace {

namespace json = boost::json;

constexpr char kWellKnown[] = "/.well-known/oauth-authorization-server";
constexpr std::string_view kAccountId = "{account_id}";

std::string without_slash(std::string url) {
  while (!url.empty() && url.back() == '/') url.pop_back();
  return url;
}

}  // namespace

Task<Result<json::object>> host_configuration(Context& context, IdentityProvider& provider, std::string host) {
  IdentityRequest request;
  request.provider = "the configuration of " + host;
  request.method = "GET";
  request.url = host + "/.well-known/databricks-config";
  Task<Result<IdentityAnswer>> asking = provider.ask(context, std::move(request));
  Result<IdentityAnswer> answer = co_await asking;
  if (!answer.ok()) co_return answer.status();
  co_return std::move(answer.value().body);
}

OidcDiscovery::OidcDiscovery(const Login& login, IdentityProvider& provider)
    : host_(login.host),
      account_id_(login.value("account_id")),
      discovery_url_(login.value("discovery_url")),
      source_(login.where(std::array<std::string_view, 2>{"host", "discovery_url"})),
      named_{login.endpoint("authorization_endpoint", ""), login.endpoint("token_endpoint", "")},
      provider_(provider) {}

Task<Result<OidcEndpoints>> OidcDiscovery::find(Context& context) {
  if (found_) co_return *found_;
  OidcEndpoints endpoints;
  if (!named_.token.empty() && !named_.authorization.empty()) {
    endpoints = named_;
  } else if (discovery_url_.empty() && is_account_host(host_)) {
    if (account_id_.empty()) {
      co_return failure(
          Code::kInvalidArgument,
          "the host is that of an account, and account_id (DATABRICKS_ACCOUNT_ID) says which one; " + source_,
          "/account_id");
    }
    endpoints = {host_ + "/oidc/accounts/" + account_id_ + "/v1/authorize",
                 host_ + "/oidc/accounts/" + account_id_ + "/v1/token"};
  } else {
    std::string url = discovery_url_.empty() ? host_ + "/oidc" + kWellKnown : discovery_url_;
    Task<Result<OidcEndpoints>> reading = read(context, std::move(url));
    Result<OidcEndpoints> read_there = co_await reading;
    // A host that serves several workspaces has its endpoints elsewhere, and says where.
    const bool elsewhere = !read_there.ok() && read_there.status().code() == Code::kFailedPrecondition;
    if (elsewhere && discovery_url_.empty() && named_.token.empty()) {
      Task<Result<std::string>> asking = ask_host(context);
      Result<std::string> told = co_await asking;
      if (told.ok()) {
        Task<Result<OidcEndpoints>> again = read(context, told.value() + kWellKnown);
        read_there = co_await again;
      }
    }
    if (read_there.ok()) {
      endpoints = std::move(read_there.value());
    } else if (named_.token.empty()) {
      co_return read_there.status();
    }
  }
  if (!named_.token.empty()) endpoints.token = named_.token;
  if (!named_.authorization.empty()) endpoints.authorization = named_.authorization;
  found_ = endpoints;
  co_return endpoints;
}

Task<Result<OidcEndpoints>> OidcDiscovery::read(Context& context, std::string url) {
  IdentityRequest request;
  request.provider = "the OAuth discovery of " + url;
  request.method = "GET";
  request.url = std::move(url);
  request.settings = "It was asked because of " + source_;
  const std::string provider = request.provider;
  Task<Result<IdentityAnswer>> asking = provider_.ask(context, std::move(request));
  Result<IdentityAnswer> answer = co_await asking;
  if (!answer.ok()) co_return answer.status();
  OidcEndpoints endpoints{text_at(answer.value().body, "authorization_endpoint"),
                          text_at(answer.value().body, "token_endpoint")};
  if (endpoints.token.empty()) {
    co_return failure(Code::kFailedPrecondition,
                      provider + " names no token_endpoint; is that the address of a Databricks host?", "/host");
  }
  co_return endpoints;
}

Task<Result<std::string>> OidcDiscovery::ask_host(Context& context) {
  Task<Result<json::object>> asking = host_configuration(context, provider_, host_);
  const Result<json::object> config = co_await asking;
  if (!config.ok()) co_return config.status();
  std::string root = text_at(config.value(), "oidc_endpoint");
  if (root.empty()) co_return failure(Code::kFailedPrecondition, "no oidc_endpoint");
  if (const std::size_t at = root.find(kAccountId); at != root.npos) {
    std::string account = account_id_.empty() ? text_at(config.value(), "account_id") : account_id_;
    if (account.empty()) co_return failure(Code::kFailedPrecondition, "no account_id");
    root.replace(at, kAccountId.size(), account);
  }
  co_return without_slash(std::move(root));
}

}  // namespace brickwork
