#include "engine/proxy.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstring>
#include <optional>

namespace brickwork {
namespace {

struct Target {
  std::string name;  // lower case, an IPv6 address without brackets
  std::string port;
};

std::string lower(std::string_view text) {
  std::string changed(text);
  std::transform(changed.begin(), changed.end(), changed.begin(), [](unsigned char c) { return std::tolower(c); });
  return changed;
}

Target split(std::string_view authority) {
  Target target;
  if (!authority.empty() && authority.front() == '[') {
    const std::size_t end = std::min(authority.size(), authority.find(']'));
    target.name = lower(authority.substr(1, end - 1));
    authority.remove_prefix(end);
    authority.remove_prefix(std::min<std::size_t>(1, authority.size()));
  } else {
    const std::size_t colon = std::min(authority.size(), authority.find(':'));
    target.name = lower(authority.substr(0, colon));
    authority.remove_prefix(colon);
  }
  if (!authority.empty()) target.port = authority.substr(1);
  while (!target.name.empty() && target.name.back() == '.') target.name.pop_back();
  return target;
}

Target target_of(std::string_view url) {
  url.remove_prefix(url.find("://") + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  if (const std::size_t at = url.rfind('@'); at != url.npos) url.remove_prefix(at + 1);
  return split(url);
}

struct Address {
  std::array<unsigned char, 16> bytes{};
  unsigned bits = 0;  // 32 or 128
};

std::optional<Address> address_of(const std::string& text) {
  Address address;
  if (inet_pton(AF_INET, text.c_str(), address.bytes.data()) == 1) {
    address.bits = 32;
    return address;
  }
  if (inet_pton(AF_INET6, text.c_str(), address.bytes.data()) == 1) {
    address.bits = 128;
    return address;
  }
  return std::nullopt;
}

bool begins_alike(const Address& left, const Address& right, unsigned bits) {
  if (left.bits != right.bits || bits > left.bits) return false;
  const unsigned whole = bits / 8;
  if (std::memcmp(left.bytes.data(), right.bytes.data(), whole) != 0) return false;
  const unsigned rest = bits % 8;
  return rest == 0 || (left.bytes[whole] ^ right.bytes[whole]) >> (8 - rest) == 0;
}

bool is_in_network(const std::string& name, std::string_view network) {
  const std::size_t slash = network.find('/');
  const std::optional<Address> own = address_of(name);
  const std::optional<Address> base = address_of(std::string(network.substr(0, slash)));
  if (!own || !base) return false;
  const std::string_view length = network.substr(slash + 1);
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), bits);
  return error == std::errc() && end == length.data() + length.size() && begins_alike(*own, *base, bits);
}

bool is_always_direct(const std::string& name) {
  if (name == "localhost" || name.ends_with(".localhost") || name == "metadata.google.internal" || name == "::1")
    return true;
  return is_in_network(name, "127.0.0.0/8") || is_in_network(name, "169.254.0.0/16");
}

bool matches(const Target& target, std::string_view entry) {
  if (entry == "*") return true;
  if (entry.find('/') != entry.npos) return is_in_network(target.name, entry);
  Target wanted = entry.find(':') != entry.rfind(':') && entry.front() != '[' ? Target{lower(entry), ""} : split(entry);
  if (!wanted.port.empty() && wanted.port != target.port) return false;
  if (wanted.name.starts_with("*.")) wanted.name.erase(0, 1);
  const bool subdomains_only = wanted.name.starts_with('.');
  const std::string suffix = subdomains_only ? wanted.name : "." + wanted.name;
  return (!subdomains_only && target.name == wanted.name) || (suffix.size() > 1 && target.name.ends_with(suffix));
}

}  // namespace

std::string proxy_for(std::string_view url, const Proxies& proxies) {
  const bool secure = url.substr(0, 8) == "https://";
  const std::string& proxy = secure ? proxies.https : proxies.http;
  if (proxy.empty() || url.find("://") == url.npos) return {};
  Target target = target_of(url);
  if (target.port.empty()) target.port = secure ? "443" : "80";
  if (is_always_direct(target.name)) return {};
  std::string_view list = proxies.none_for;
  while (!list.empty()) {
    std::string_view entry = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), entry.size() + 1));
    while (!entry.empty() && entry.front() == ' ') entry.remove_prefix(1);
    while (!entry.empty() && entry.back() == ' ') entry.remove_suffix(1);
    if (!entry.empty() && matches(target, entry)) return {};
  }
  return proxy.find("://") == proxy.npos ? "http://" + proxy : proxy;
}

}  // namespace brickwork
