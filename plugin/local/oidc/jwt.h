#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace brickwork::local {

std::string base64url_encode(std::string_view bytes);  // without padding, as JOSE writes it
std::optional<std::string> base64url_decode(std::string_view text);

// A signed token taken apart; nothing of it is true before its signature was looked at.
struct Jwt {
  boost::json::object header;
  boost::json::object claims;
  std::string signed_part;  // what the signature is over
  std::string signature;

  std::string claim(std::string_view name) const;  // empty unless it is a text
};
std::optional<Jwt> parse_jwt(std::string_view token);

using Key = std::shared_ptr<evp_pkey_st>;

// Nothing for a key that is of no kind that tokens are signed with: RSA of at least 2048 bits, or EC over P-256, P-384
// or P-521.
Key key_of_jwk(const boost::json::object& jwk);
boost::json::object jwk_of_rsa_key(const Key& key, std::string_view kid);

// RS256/384/512 and ES256/384/512. The algorithm must go with the key: a token does not choose how it is checked.
bool is_signed_by(const Jwt& token, const Key& key);
std::string sign_rs256(const boost::json::object& header, const boost::json::object& claims, const Key& key);

}  // namespace brickwork::local
