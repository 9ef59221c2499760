#include "auth/github_oidc.h"

#include "auth/github_token.h"
#include "auth/token_exchange.h"

namespace brickwork {
namespace {

class GithubIdToken : public IdTokenSource {
 public:
  explicit GithubIdToken(const Login& login) : token_(login) {}

  Task<Result<std::string>> id_token(Context& context, std::string audience) override {
    return token_.ask(context, std::move(audience));
  }
  bool wants_audience() const override { return true; }
  Status trouble() const override { return token_.trouble(); }
  std::string where() const override { return "the id token of this job of GitHub Actions"; }

 private:
  GithubToken token_;
};

}  // namespace

// Every job with the permission has these variables, also one that was given another login.
bool fits_github_oidc(const Login& login) {
  return GithubToken::is_there(login) && (login.has("client_id") || !has_login_settings(login.settings));
}

Result<std::shared_ptr<Credential>> make_github_oidc(const Login& login) {
  if (Status status = GithubToken::required(login, "github-oidc"); !status.ok()) return status;
  return make_exchange("github-oidc", login, std::make_unique<GithubIdToken>(login));
}

}  // namespace brickwork
