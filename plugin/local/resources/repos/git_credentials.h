#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "local/caller.h"
#include "local/resources/secret_cipher.h"
#include "local/router.h"
#include "local/workspace.h"

namespace brickwork::local {

// The name of a Git provider as Databricks spells it, whatever letters somebody used; INVALID_PARAMETER_VALUE for one
// that there is not.
std::string git_provider_named(const std::string& name);

struct GitCredential {
  std::int64_t credential_id = 0;
  std::int64_t user_id = 0;
  std::string provider;
  boost::json::object shown;  // git_username, git_email, name, is_default_for_provider: what was given of them
  std::string token;          // "": none was given
};

// What users log in to Git providers with. Tokens are sealed with the key of the secrets. Any thread may call.
class GitCredentials {
 public:
  explicit GitCredentials(Workspace& workspace);

  std::vector<GitCredential> of(const Caller& caller);
  std::optional<GitCredential> find(const Caller& caller, std::int64_t id);
  void put(const GitCredential& credential);
  void remove(std::int64_t id);
  // For a remote: the default one of its provider, or the first.
  std::optional<GitCredential> for_provider(const Caller& caller, const std::string& provider);

 private:
  Store& store_;
  SecretCipher cipher_;
};

void add_git_credentials(Router& router, GitCredentials& credentials);

}  // namespace brickwork::local
