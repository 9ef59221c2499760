#pragma once

#include <string>
#include <string_view>

namespace brickwork {

// Proxies as HTTPS_PROXY, HTTP_PROXY and NO_PROXY name them; empty: none. An address may hold a password: never shown.
struct Proxies {
  std::string https;     // for addresses that begin with https://
  std::string http;      // and http://
  std::string none_for;  // a list with commas: names, which stand for what ends with them too, addresses, networks, *

  bool operator==(const Proxies&) const = default;
};

// The proxy for an address; empty: ask there directly. This machine itself and the metadata services of clouds are
// always asked directly: a proxy would answer for another machine.
std::string proxy_for(std::string_view url, const Proxies& proxies);

}  // namespace brickwork
