#include "auth/google_id.h"

#include "auth/azure_cloud.h"
#include "auth/google_credentials.h"
#include "auth/google_default.h"
#include "auth/living_token.h"
#include "auth/timestamp.h"
#include "auth/wipe.h"
#include "rest/members.h"

namespace brickwork {
namespace {

namespace json = boost::json;

constexpr char kKind[] = "google-id";
constexpr std::array<std::string_view, 1> kNeeds = {"google_service_account"};

class GoogleId : public TokenSource {
 public:
  explicit GoogleId(const Login& login)
      : host_(login.host),
        account_(login.value("google_service_account")),
        shown_(login.where(kNeeds)),
        address_(login.endpoint("iam_credentials_endpoint", "https://iamcredentials.googleapis.com")),
        source_(login),
        provider_(login.http) {}

  Task<Result<Proof>> fetch(Context& context) override {
    Task<Result<OauthToken>> asking = source_.token(context);
    Result<OauthToken> caller = co_await asking;
    if (!caller.ok()) co_return caller.status();
    json::object id_wish = {{"audience", host_}, {"includeEmail", true}};
    Task<Result<OauthToken>> impersonating =
        impersonate(context, "generateIdToken", std::move(id_wish), caller.value().access_token);
    Result<OauthToken> token = co_await impersonating;
    if (!token.ok()) co_return token.status();
    Result<Proof> proof = google_proof(token.value(), "Google at " + address_);
    if (!proof.ok()) co_return proof;
    json::object wish = {{"lifetime", "3600s"},
                         {"scope", {kGoogleCloudScope, "https://www.googleapis.com/auth/compute"}}};
    Task<Result<OauthToken>> more =
        impersonate(context, "generateAccessToken", std::move(wish), caller.value().access_token);
    const Result<OauthToken> access = co_await more;
    add_google_access(proof.value(), access);
    co_return proof;
  }

  Status trouble() const override {
    Status waiting = source_.trouble();
    return waiting.ok() ? provider_.trouble() : waiting;
  }

 private:
  Task<Result<OauthToken>> impersonate(Context& context, std::string what, json::object wish, std::string caller) {
    IdentityRequest request;
    request.provider = "Google at " + address_;
    request.url = address_ + "/v1/projects/-/serviceAccounts/" + percent_encode(account_) + ":" + what;
    request.headers.emplace_back("Authorization", "Bearer " + caller);
    wipe(caller);
    request.json = json::serialize(wish);
    request.settings = "It was asked to impersonate " + shown_ +
                       ": whoever is logged in here needs the role Service Account Token Creator on it";
    const std::string provider_name = request.provider;
    Task<Result<IdentityAnswer>> asking = provider_.ask(context, std::move(request));
    Result<IdentityAnswer> answer = co_await asking;
    if (!answer.ok()) co_return answer.status();
    json::object& body = answer.value().body;
    std::string end = text_at(body, "expireTime");
    body["access_token"] = text_at(body, what == "generateIdToken" ? "token" : "accessToken");
    if (const std::optional<std::int64_t> end_ms = read_timestamp(end)) body["expires_on"] = *end_ms / 1000;
    co_return read_oauth_token(provider_name, answer.value(), context.loop().unix_ms());
  }

  const std::string host_;
  const std::string account_;
  const std::string shown_;
  const std::string address_;
  GoogleDefault source_;
  IdentityProvider provider_;
};

}  // namespace

bool fits_google_id(const Login& login) { return login.has("google_service_account") && is_google_cloud(login); }

Result<std::shared_ptr<Credential>> make_google_id(const Login& login) {
  if (Status status = login.require(kKind, kNeeds); !status.ok()) return status;
  if (Status status = require_google_cloud(login, kKind); !status.ok()) return status;
  return std::shared_ptr<Credential>(std::make_shared<LivingToken>(kKind, std::make_unique<GoogleId>(login)));
}

}  // namespace brickwork
