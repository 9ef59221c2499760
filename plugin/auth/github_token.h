#pragma once

#include "auth/login.h"

namespace brickwork {

// What a job of GitHub Actions may ask its runner for, with the permission `id-token: write`.
class GithubToken {
 public:
  explicit GithubToken(const Login& login);
  ~GithubToken();

  static bool is_there(const Login& login);
  static Status required(const Login& login, std::string_view auth_type);

  Task<Result<std::string>> ask(Context& context, std::string audience);
  Status trouble() const { return provider_.trouble(); }

 private:
  const std::string url_;
  std::string token_;
  IdentityProvider provider_;
};

}  // namespace brickwork
