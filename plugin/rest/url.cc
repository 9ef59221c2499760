#include "rest/url.h"

namespace brickwork {
namespace {

constexpr std::string_view kUnreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
constexpr std::string_view kAlsoInAPath = "/%:@!$&'()*+,;=?";

void append_encoded(std::string& to, std::string_view text, std::string_view also_allowed) {
  constexpr char kHex[] = "0123456789ABCDEF";
  for (const char c : text) {
    if (kUnreserved.find(c) != kUnreserved.npos || also_allowed.find(c) != also_allowed.npos) {
      to += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      to += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
}

}  // namespace

std::string percent_encode(std::string_view text) {
  std::string encoded;
  append_encoded(encoded, text, "");
  return encoded;
}

std::string url_of(std::string_view host, std::string_view path, const Query& query) {
  std::string url(host);
  if (path.empty() || path.front() != '/') url += '/';
  append_encoded(url, path, kAlsoInAPath);
  char separator = path.find('?') == path.npos ? '?' : '&';
  for (const auto& [name, value] : query) {
    url += separator;
    append_encoded(url, name, "");
    url += '=';
    append_encoded(url, value, "");
    separator = '&';
  }
  return url;
}

}  // namespace brickwork
