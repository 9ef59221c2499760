#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "local/oidc/federation_policies.h"
#include "local/oidc/jwt.h"

namespace brickwork::local {

// https anywhere; http only on this machine: keys that came over a wire in clear could be anybody's.
bool is_safe_to_ask(const std::string& url);

// The body of a GET; throws std::runtime_error. Called without any lock held.
using FetchText = std::function<std::string(const std::string& url)>;
std::string fetch_text(const std::string& url);

// The public keys of issuers: those that a policy holds, or those that the issuer publishes, which are remembered for
// a while and asked for again when a token names a key that is not among them.
class KeySets {
 public:
  KeySets(FetchText fetch, std::function<std::int64_t()> now_ms)
      : fetch_(std::move(fetch)), now_ms_(std::move(now_ms)) {}

  // Throws std::runtime_error with the reason when the issuer's keys cannot be had.
  bool is_signed_by_issuer(const Jwt& token, const FederationPolicy& policy);

 private:
  struct Fetched {
    boost::json::object keys;
    std::int64_t fetched_at = 0;
  };
  boost::json::object published_keys(const FederationPolicy& policy, std::int64_t oldest);

  FetchText fetch_;
  std::function<std::int64_t()> now_ms_;
  std::mutex mutex_;
  std::map<std::string, Fetched> fetched_;  // by issuer and address
};

}  // namespace brickwork::local
