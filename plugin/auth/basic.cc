#include "auth/basic.h"

#include <array>

#include "auth/base64.h"
#include "auth/living_token.h"
#include "auth/login_secret.h"
#include "auth/wipe.h"

namespace brickwork {
namespace {

class Basic : public TokenSource {
 public:
  explicit Basic(const Login& login)
      : username_(login.value("username")), password_("password", login.settings, login.secrets) {}

  Task<Result<Proof>> fetch(Context& context) override {
    Task<Result<std::string>> asking = password_.value(context);
    Result<std::string> password = co_await asking;
    if (!password.ok()) co_return password.status();
    std::string pair = username_ + ":" + password.value();
    Proof proof;
    proof.headers.emplace_back("Authorization", "Basic " + base64(pair));
    wipe(pair);
    wipe(password.value());
    co_return proof;
  }

  std::string who() const override { return username_ + "\n" + password_.at_hand(); }
  Status trouble() const override { return password_.trouble(); }
  bool can_renew() override { return password_.refused(); }

 private:
  const std::string username_;
  LoginSecret password_;
};

}  // namespace

bool fits_basic(const Login& login) { return login.has("username") && login.has("password"); }

Result<std::shared_ptr<Credential>> make_basic(const Login& login) {
  constexpr std::array<std::string_view, 2> kNeeds = {"username", "password"};
  const bool host_brings_password = login.named && login.has("username");
  if (Status status = login.require("basic", kNeeds); !status.ok() && !host_brings_password) return status;
  return std::shared_ptr<Credential>(std::make_shared<LivingToken>("basic", std::make_unique<Basic>(login)));
}

}  // namespace brickwork
