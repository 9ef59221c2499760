#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "local/router.h"

namespace brickwork::local {

// Addresses that say themselves what they are good for and how long: whoever has one needs no token. They end with the
// server, whose key is kept nowhere.
class SignedUrls {
 public:
  explicit SignedUrls(std::function<std::int64_t()> now_ms);

  // The query that makes `path` good for `method` until then: "expires=...&signature=...".
  std::string query_for(const std::string& method, const std::string& path, std::int64_t expire_time) const;
  // The refusal in the words of an object store, which clients tell "too late" from "never" by.
  std::optional<Response> refusal(const Request& request, const std::string& method) const;

 private:
  std::string signature(const std::string& method, const std::string& path, std::int64_t expire_time) const;

  std::string key_;
  std::function<std::int64_t()> now_ms_;
};

}  // namespace brickwork::local
