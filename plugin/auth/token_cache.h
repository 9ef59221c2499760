#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "auth/login.h"

namespace brickwork {

// A login of somebody in a browser, as it is kept between programs. Overwritten before its memory is freed.
struct CachedToken {
  std::string access_token;
  std::string token_type = "Bearer";
  std::string refresh_token;
  std::int64_t expires_at_ms = 0;  // Unix time; 0: not known

  CachedToken() = default;
  CachedToken(CachedToken&&) = default;
  CachedToken& operator=(CachedToken&&) = default;
  ~CachedToken();
};

// The files in which Databricks' own programs keep such logins, read and written in their format, so that whoever
// logged in with one of them is logged in here and the other way round. Files are the user's alone (0600) and replaced
// as a whole.
class TokenCache {
 public:
  // ~/.config/databricks-sdk-py/oauth/<digest>.json of the Python SDK: one login in each file.
  static TokenCache of_python_sdk(const std::string& home, const std::string& host, const std::string& client_id,
                                  const std::vector<std::string>& scopes, const std::string& profile);
  // ~/.databricks/token-cache.json of the Databricks CLI: all logins in one file, by profile and by host.
  static TokenCache of_cli(const Login& login);

  const std::string& path() const { return path_; }

  // Empty: nobody logged in. FAILED_PRECONDITION when there is a file that cannot be read.
  Result<std::optional<CachedToken>> load() const;
  Status save(const CachedToken& token) const;

 private:
  TokenCache(std::string path, std::vector<std::string> keys) : path_(std::move(path)), keys_(std::move(keys)) {}

  Result<boost::json::object> read() const;

  std::string path_;
  std::vector<std::string> keys_;  // of the CLI's file, the first that is there; none: the Python SDK's
};

}  // namespace brickwork
