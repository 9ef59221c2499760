#pragma once

#include <memory>
#include <string>

#include "auth/login.h"
#include "auth/secret_store.h"
#include "rest/credential.h"

namespace brickwork {

// A personal access token: handed over by the host, or else one that was configured.
class Pat : public Credential {
 public:
  struct Options {
    std::string configured;           // from the environment or a profile; empty: none
    bool host_will_bring_it = false;  // the connection names "pat", so an operation may wait for client_set_secret
    std::string nothing_configured;   // what to say when there is no token at all
  };

  Pat(std::shared_ptr<SecretStore> secrets, Options options);
  ~Pat() override;

  std::string auth_type() const override { return "pat"; }
  std::string fingerprint() const override;
  Task<Result<Headers>> headers(Context& context) override;
  bool rejected(const Headers& given) override;

 private:
  std::shared_ptr<SecretStore> secrets_;
  Options options_;
  std::string last_;  // what the host gave and the server saw last
};

bool fits_pat(const Login& login);
Result<std::shared_ptr<Credential>> make_pat(const Login& login);

inline constexpr LoginKind kPatLogin{.auth_type = "pat", .fits = fits_pat, .make = make_pat};

}  // namespace brickwork
