#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "local/router.h"

namespace brickwork::local {

struct PagesOptions {
  // Has a request answered as if it had come over the network: login, permissions and all.
  std::function<Response(Request&)> ask;
  std::int64_t workspace_id = 0;  // names the cookie
  std::string token_file;         // where the owner of this machine finds a token to log in with
  bool is_tls = false;
};

namespace pages {
struct Room;
}

// The pages for people. They are a client of the REST API and know nothing of what is behind it. Must live as long as
// the server that answers with the router's routes.
class Pages {
 public:
  Pages(Router& router, PagesOptions options);
  ~Pages();

 private:
  std::unique_ptr<pages::Room> room_;
};

}  // namespace brickwork::local
