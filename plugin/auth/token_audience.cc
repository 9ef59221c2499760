#include "auth/token_audience.h"

namespace brickwork {
namespace {

namespace json = boost::json;

std::string text_at(const json::object& document, std::string_view name) {
  const json::value* value = document.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

TokenAudience::TokenAudience(const Login& login, IdentityProvider& provider)
    : host_(login.host),
      account_id_(login.value("account_id")),
      audience_(login.value(login.has("token_audience") ? "token_audience" : "audience")),
      provider_(provider) {}

Task<Result<std::string>> TokenAudience::find(Context& context, std::string token_endpoint) {
  if (!audience_.empty()) co_return audience_;
  IdentityRequest request;
  request.provider = "the configuration of " + host_;
  request.method = "GET";
  request.url = host_ + "/.well-known/databricks-config";
  Task<Result<IdentityAnswer>> asking = provider_.ask(context, std::move(request));
  Result<IdentityAnswer> answer = co_await asking;
  if (!answer.ok()) {
    // A host that says nothing of itself is an older one; one that is down must not change who is asking.
    if (answer.status()->retryable) co_return answer.status();
    co_return audience_ = std::move(token_endpoint);
  }
  const json::object& config = answer.value().body;
  const json::value* wishes = config.if_contains("token_federation_default_oidc_audiences");
  if (wishes && wishes->is_array() && !wishes->get_array().empty() && wishes->get_array()[0].is_string()) {
    audience_ = wishes->get_array()[0].get_string();
  } else {
    const bool of_account = text_at(config, "workspace_id").empty() && !account_id_.empty();
    audience_ = of_account ? account_id_ : token_endpoint;
  }
  co_return audience_;
}

}  // namespace brickwork
