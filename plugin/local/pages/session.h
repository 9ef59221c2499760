#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "local/router.h"

namespace brickwork::local::pages {

struct Session {
  std::string id;     // the cookie's value; known to the browser alone
  std::string token;  // the access token that logged in; sent with every request that a page makes
  std::string user_name;
};

// Who is logged in to the pages. In memory only: nothing that is on the disk can stand for a login, and a token that
// is revoked ends its sessions, because every page asks the API anew with it.
class Sessions {
 public:
  using Now = std::function<std::chrono::steady_clock::time_point()>;
  explicit Sessions(std::string cookie_name, Now now = std::chrono::steady_clock::now)
      : cookie_name_(std::move(cookie_name)), now_(std::move(now)) {}

  Session begin(const std::string& token, const std::string& user_name);
  std::optional<Session> find(const Request& request);
  void end(const Session& session);

  const std::string& cookie_name() const { return cookie_name_; }

 private:
  struct Entry {
    Session session;
    std::chrono::steady_clock::time_point last_seen;
  };

  std::string cookie_name_;
  Now now_;
  std::mutex mutex_;
  std::map<std::string, Entry, std::less<>> entries_;
};

// What a form carries to show that a page of this session made it: another site can neither read nor compute it.
std::string form_token(const Session& session);

// Whether the browser says that the form was sent by one of our own pages. Browsers that send neither Sec-Fetch-Site
// nor Origin are left to the form token and the cookie's SameSite.
bool is_same_origin(const Request& request);

bool same_text(std::string_view left, std::string_view right);  // in constant time

}  // namespace brickwork::local::pages
