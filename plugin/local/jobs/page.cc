#include "local/jobs/page.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <map>

#include "local/api_error.h"
#include "local/base64.h"
#include "local/fields.h"
#include "local/jobs/references.h"

namespace brickwork::local {
namespace {

// Beyond it the API wants page tokens.
constexpr std::int64_t kOffsetLimit = 1000;

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

// Tokens are part of a URL, and not every client escapes them.
std::string url_safe(std::string text) {
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  text.erase(std::min(text.find('='), text.size()));
  return text;
}

std::vector<std::int64_t> numbers_in(std::string text) {
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  text.append((4 - text.size() % 4) % 4, '=');
  const std::string decoded = base64_decode(text).value_or("");
  std::vector<std::int64_t> numbers;
  const char* at = decoded.data();
  const char* const end = at + decoded.size();
  while (at != end) {
    std::int64_t number = 0;
    const auto [stopped, error] = std::from_chars(at, end, number);
    if (error != std::errc() || stopped == end || *stopped != '.') break;
    numbers.push_back(number);
    at = stopped + 1;
  }
  return numbers;
}

}  // namespace

std::string page_token(const std::vector<std::int64_t>& position, std::string_view query) {
  std::string numbers;
  for (const std::int64_t number : position) numbers += std::to_string(number) + ".";
  return url_safe(base64_encode(numbers + digest(numbers + "|" + std::string(query))));
}

std::vector<std::int64_t> page_position(const std::string& token, std::string_view query, std::size_t numbers) {
  if (token.empty()) return {};
  std::vector<std::int64_t> position = numbers_in(token);
  if (position.size() != numbers || token != page_token(position, query))
    throw invalid_parameter("Invalid page token: " + token.substr(0, 200));
  return position;
}

std::int64_t page_offset(const std::string& token, std::string_view query) {
  const std::vector<std::int64_t> position = page_position(token, query, 1);
  return position.empty() ? 0 : position[0];
}

ListPage list_page(const boost::json::object& arguments, std::string_view query, std::int64_t limit) {
  ListPage page{.limit = limit};
  const std::string token = text_field(arguments, "page_token").value_or("");
  if (const std::vector<std::int64_t> position = page_position(token, query, 4); !position.empty()) {
    page.backward = position[0] != 0;
    page.beside = ListPlace{position[1], position[2], position[3]};
    return page;
  }
  page.offset = integer_field(arguments, "offset").value_or(0);
  if (page.offset < 0 || page.offset > kOffsetLimit)
    throw invalid_parameter("offset must be between 0 and " + std::to_string(kOffsetLimit) + "; use page_token.");
  return page;
}

void add_page_tokens(boost::json::object& answer, const ListPage& page, std::string_view query, bool says_has_more,
                     bool surplus, const std::vector<ListPlace>& places) {
  const bool more = page.backward || surplus;
  if (says_has_more) answer["has_more"] = more && !places.empty();
  if (places.empty()) return;
  const auto token = [query](bool backward, const ListPlace& place) {
    return page_token({backward ? 1 : 0, place.active, place.time_ms, place.id}, query);
  };
  if (more) answer["next_page_token"] = token(false, places.back());
  const bool some_before = page.backward ? surplus : page.beside.has_value() || page.offset > 0;
  if (some_before) answer["prev_page_token"] = token(true, places.front());
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
