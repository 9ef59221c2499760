#include "local/jobs/page.h"

#include <openssl/sha.h>

#include <array>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <map>

#include "local/api_error.h"
#include "local/jobs/references.h"

namespace brickwork::local {
namespace {

std::string digest(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash.data());
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string shown;
  for (std::size_t i = 0; i < 8; ++i) {
    shown += kDigits[hash[i] >> 4];
    shown += kDigits[hash[i] & 15];
  }
  return shown;
}

}  // namespace

std::string page_token(std::int64_t offset, std::string_view query) {
  const std::string number = std::to_string(offset);
  return number + "." + digest(number + "|" + std::string(query));
}

std::int64_t page_offset(const std::string& token, std::string_view query) {
  if (token.empty()) return 0;
  std::int64_t offset = 0;
  const std::string number = token.substr(0, token.find('.'));
  std::from_chars(number.data(), number.data() + number.size(), offset);
  if (offset < 0 || token != page_token(offset, query)) throw invalid_parameter("Invalid page token: " + token);
  return offset;
}

std::string query_text(const boost::json::object& arguments) {
  std::map<std::string, std::string> members;
  for (const auto& member : arguments)
    if (member.key() != "page_token") members[member.key()] = reference_text(member.value());
  std::string text;
  for (const auto& [name, value] : members) text.append(name).append("=").append(value).append("&");
  return text;
}

}  // namespace brickwork::local
