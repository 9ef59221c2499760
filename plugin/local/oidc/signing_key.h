#pragma once

#include <boost/json/object.hpp>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "local/oidc/jwt.h"

namespace brickwork::local {

// The key that access tokens are signed with: RSA, in a file for its owner alone. Made when somebody first needs it,
// because making it takes longer than all the rest of a start.
class SigningKey {
 public:
  explicit SigningKey(std::filesystem::path file) : file_(std::move(file)) {}

  std::string sign(const boost::json::object& claims);
  // Nothing for a token that this key did not sign as an access token.
  std::optional<Jwt> verified(std::string_view token);
  boost::json::object key_set();  // JWKS

 private:
  void need();  // under the lock

  std::filesystem::path file_;
  std::mutex mutex_;
  Key key_;
  std::string kid_;
};

}  // namespace brickwork::local
