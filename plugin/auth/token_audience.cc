#include "auth/token_audience.h"

#include "auth/oidc_endpoints.h"
#include "rest/members.h"

namespace brickwork {
namespace json = boost::json;

TokenAudience::TokenAudience(const Login& login, IdentityProvider& provider)
    : host_(login.host),
      account_id_(login.value("account_id")),
      audience_(login.value(login.has("token_audience") ? "token_audience" : "audience")),
      provider_(provider) {}

Task<Result<std::string>> TokenAudience::find(Context& context, std::string token_endpoint) {
  if (!audience_.empty()) co_return audience_;
  Task<Result<json::object>> asking = host_configuration(context, provider_, host_);
  const Result<json::object> config = co_await asking;
  if (!config.ok()) {
    // A host that says nothing of itself is an older one; one that is down must not change who is asking.
    if (config.status()->retryable) co_return config.status();
    co_return audience_ = std::move(token_endpoint);
  }
  const json::array& wishes = array_at(config.value(), "token_federation_default_oidc_audiences");
  if (!wishes.empty() && wishes[0].is_string()) {
    audience_ = wishes[0].get_string();
  } else {
    const bool of_account = text_at(config.value(), "workspace_id").empty() && !account_id_.empty();
    audience_ = of_account ? account_id_ : token_endpoint;
  }
  co_return audience_;
}

}  // namespace brickwork
