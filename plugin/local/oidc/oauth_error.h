#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace brickwork::local {

// An error of the token endpoint, in the words of OAuth and not of the REST API.
class OAuthError : public std::runtime_error {
 public:
  OAuthError(int http_status, std::string code, const std::string& description)
      : std::runtime_error(description), http_status_(http_status), code_(std::move(code)) {}

  int http_status() const { return http_status_; }
  const std::string& code() const { return code_; }

 private:
  int http_status_;
  std::string code_;
};

}  // namespace brickwork::local
