#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "local/oidc/client_records.h"
#include "local/store.h"

namespace brickwork::local {

// What a user granted an app.
struct Grant {
  std::string client_id;
  std::int64_t user_id = 0;
  std::vector<std::string> scopes;
};

// What was said when the code was asked for, and has to be said again.
struct CodeRequest {
  Grant grant;
  std::string redirect_uri;
  std::string code_challenge;  // of PKCE, always S256
};

// Authorization codes and refresh tokens. A code lives for a minute and in memory only; a refresh token is stored as
// its SHA-256 and outlives the server. All tokens that came of one login are one family.
class Grants {
 public:
  Grants(Store& store, std::function<std::int64_t()> now_ms);

  std::string create_code(CodeRequest request);

  struct Redeemed {
    CodeRequest request;
    std::string family;  // for the refresh token that comes of it
  };
  // A code that comes a second time was overheard: what came of it the first time ends (RFC 6749, 4.1.2).
  std::optional<Redeemed> redeem(const std::string& code);

  std::string create_refresh_token(const App& app, const Grant& grant, const std::string& family);

  struct Refreshed {
    Grant grant;
    std::string refresh_token;  // the same, or the one that takes its place
  };
  // Nothing for a token that is unknown, ended, another client's or used up; a used-up one ends its whole family.
  std::optional<Refreshed> refresh(const App& app, const std::string& refresh_token);

  void end_all_of(const std::string& client_id);

 private:
  struct Code {
    CodeRequest request;
    std::string family;
    std::int64_t expire_time = 0;
    bool used = false;
  };

  Store& store_;
  std::function<std::int64_t()> now_ms_;
  std::mutex mutex_;
  std::map<std::string, Code> codes_;  // by digest
};

}  // namespace brickwork::local
