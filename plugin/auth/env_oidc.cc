#include "auth/env_oidc.h"

#include "auth/token_exchange.h"
#include "auth/wipe.h"

namespace brickwork {
namespace {

std::string variable_of(const Login& login) {
  std::string name = login.value("oidc_token_env");
  return name.empty() ? "DATABRICKS_OIDC_TOKEN" : name;
}

class VariableToken : public IdTokenSource {
 public:
  VariableToken(std::string variable, std::string token) : variable_(std::move(variable)), token_(std::move(token)) {}
  ~VariableToken() override { wipe(token_); }

  Task<Result<std::string>> id_token(Context&, std::string) override { co_return token_; }
  std::string where() const override { return "the id token in the environment variable " + variable_; }

 private:
  const std::string variable_;
  std::string token_;
};

}  // namespace

bool fits_env_oidc(const Login& login) { return !login.variable(variable_of(login)).empty(); }

Result<std::shared_ptr<Credential>> make_env_oidc(const Login& login) {
  std::string variable = variable_of(login);
  std::string token = login.variable(variable);
  if (token.empty()) {
    return failure(Code::kInvalidArgument,
                   "the login env-oidc wants an id token in the environment variable " + variable +
                       ", which is not set (oidc_token_env names another one). Set: " + list_of(login.settings),
                   "/oidc_token_env");
  }
  return make_exchange("env-oidc", login, std::make_unique<VariableToken>(std::move(variable), std::move(token)));
}

}  // namespace brickwork
