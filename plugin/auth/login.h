#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "auth/identity_provider.h"
#include "auth/secret_store.h"
#include "auth/settings.h"
#include "auth/wipe.h"
#include "rest/client.h"

namespace brickwork {

// The process as configuration sees it. A function, because hosts and tests bring their own.
struct Environment {
  std::function<std::optional<std::string>(const std::string& name)> variable;
  std::string home;  // where .databrickscfg is looked for
};

// All that a kind of login is made from. Read on the thread of the host that opens the client: what a kind needs of
// the environment later on, it takes from here now.
struct Login {
  Settings settings;
  Environment environment;  // answers nothing when the connection says so
  std::string host;         // "https://h", no slash at the end; empty only for kinds that can find it
  std::shared_ptr<SecretStore> secrets;
  IdentityProvider::Options http;
  std::map<std::string, std::string, std::less<>> endpoints;  // of the connection: where instead of the usual place
  bool named = false;  // auth_type names this kind: then what is missing may still be handed over by the host

  ~Login() {
    for (auto& [name, setting] : settings) wipe(setting.value);
  }

  std::string value(std::string_view name) const { return value_of(settings, name); }
  // Of the environment; empty when it is not set.
  std::string variable(const std::string& name) const { return environment.variable(name).value_or(""); }
  bool has(std::string_view name) const { return settings.contains(name); }
  // "client_id (connection), client_secret (...)" of those that are set: for errors, never with a value.
  std::string where(std::span<const std::string_view> names) const;
  // The connection's address for `name`, or the usual one. No slash at the end.
  std::string endpoint(std::string_view name, std::string_view usual) const;
  // INVALID_ARGUMENT with the way out when one of them is not set; by the first's JSON pointer.
  Status require(std::string_view auth_type, std::span<const std::string_view> names) const;
};

// One row of the table of logins. Adding a kind is a file of its own and its row.
struct LoginKind {
  std::string_view auth_type;  // as the SDKs name it
  // Whether the settings are enough for it: asked in the order of the table when auth_type does not decide.
  bool (*fits)(const Login& login);
  // Says what is missing or wrong. Sends nothing; may read files.
  Result<std::shared_ptr<Credential>> (*make)(const Login& login);
  std::span<const std::string_view> endpoints = {};  // names that the connection's `endpoints` may override for it
};

// In the order of the chain of Databricks' Go SDK.
std::span<const LoginKind> login_kinds();
const LoginKind* find_login_kind(std::string_view auth_type);

}  // namespace brickwork
