#pragma once

#include <memory>
#include <optional>
#include <string>

#include "auth/secret_store.h"
#include "auth/settings.h"

namespace brickwork {

// A secret of a login: what the host handed over by client_set_secret comes before what was configured. The loop's
// thread only.
class LoginSecret {
 public:
  // `name` is that of the setting and of client_set_secret.
  LoginSecret(std::string name, const Settings& settings, std::shared_ptr<SecretStore> store);
  ~LoginSecret();
  LoginSecret(LoginSecret&&) = default;

  const std::string& name() const { return name_; }

  // Asks the host and waits for as long as the context lets it, when nothing was configured or what the host gave has
  // ended or was refused.
  Task<Result<std::string>> value(Context& context);

  // The issuer did not accept what `value` brought. True: another one is there or is being waited for.
  bool refused();

  bool is_from_host() const { return store_->ever_set(name_); }

  // What is at hand, for a digest of who is asking; empty: nothing.
  std::string at_hand() const;

  // "client_secret (environment variable DATABRICKS_CLIENT_SECRET)".
  std::string where() const;

  // UNAUTHENTICATED while `value` waits for the host: for those whose deadline ends first.
  Status trouble() const;

 private:
  std::string name_;
  std::string configured_;
  std::string source_;
  std::shared_ptr<SecretStore> store_;
  std::string last_;
  bool waits_ = false;
};

}  // namespace brickwork
