#include "auth/google_credentials.h"

#include <array>

#include "auth/azure_cloud.h"
#include "auth/google_account.h"
#include "auth/living_token.h"
#include "auth/login_secret.h"
#include "auth/small_file.h"
#include "auth/wipe.h"

namespace brickwork {
namespace {

constexpr char kKind[] = "google-credentials";
constexpr std::array<std::string_view, 1> kNeeds = {"google_credentials"};

class GoogleCredentials : public TokenSource {
 public:
  explicit GoogleCredentials(const Login& login)
      : host_(login.host), secret_("google_credentials", login.settings, login.secrets), provider_(login.http) {}

  Task<Result<Proof>> fetch(Context& context) override {
    Task<Result<GoogleAccount>> reading = account(context);
    Result<GoogleAccount> account = co_await reading;
    if (!account.ok()) co_return account.status();
    if (account.value().kind != GoogleAccount::Kind::kServiceAccount) {
      co_return failure(Code::kInvalidArgument,
                        secret_.where() +
                            " are a person's; those of a service account are needed here, or "
                            "google_service_account for one that the person may impersonate",
                        "/google_credentials");
    }
    GoogleWish id{.audience = host_, .scope = {}};
    Task<Result<OauthToken>> asking = ask_google(context, provider_, account.value(), std::move(id), secret_.where());
    Result<OauthToken> token = co_await asking;
    if (!token.ok()) co_return token.status();
    Result<Proof> proof = google_proof(token.value(), "Google");
    if (!proof.ok()) co_return proof;
    GoogleWish wider{.audience = {}, .scope = kGoogleScopes};
    Task<Result<OauthToken>> more = ask_google(context, provider_, account.value(), std::move(wider), secret_.where());
    const Result<OauthToken> access = co_await more;
    add_google_access(proof.value(), access);
    co_return proof;
  }

  std::string who() const override { return host_ + "\n" + secret_.at_hand(); }
  Status trouble() const override {
    Status waiting = secret_.trouble();
    return waiting.ok() ? provider_.trouble() : waiting;
  }

 private:
  // Read for each fetch: keys are rotated.
  Task<Result<GoogleAccount>> account(Context& context) {
    Task<Result<std::string>> asking = secret_.value(context);
    Result<std::string> text = co_await asking;
    if (!text.ok()) co_return text.status();
    const std::size_t first = text.value().find_first_not_of(" \t\r\n");
    if (first != std::string::npos && text.value()[first] != '{') {
      Result<std::string> file = read_small_file(text.value(), "the file of " + secret_.where());
      if (!file.ok()) co_return file.status();
      wipe(text.value());
      text = std::move(file);
    }
    co_return read_google_account(std::move(text.value()), secret_.where());
  }

  const std::string host_;
  LoginSecret secret_;
  IdentityProvider provider_;
};

}  // namespace

Status require_google_cloud(const Login& login, std::string_view auth_type) {
  if (is_google_cloud(login)) return Status();
  return failure(Code::kInvalidArgument,
                 "the login " + std::string(auth_type) +
                     " is for Databricks on Google Cloud, and the host's name is none of Google Cloud's: \"cloud\": "
                     "\"gcp\" (DATABRICKS_CLOUD) says that it is one. Set: " +
                     list_of(login.settings),
                 "/host");
}

bool fits_google_credentials(const Login& login) { return login.has("google_credentials") && is_google_cloud(login); }

Result<std::shared_ptr<Credential>> make_google_credentials(const Login& login) {
  if (Status status = login.require(kKind, kNeeds); !status.ok() && !login.named) return status;
  if (Status status = require_google_cloud(login, kKind); !status.ok()) return status;
  return std::shared_ptr<Credential>(std::make_shared<LivingToken>(kKind, std::make_unique<GoogleCredentials>(login)));
}

}  // namespace brickwork
