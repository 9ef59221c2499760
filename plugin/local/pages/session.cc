#include "local/pages/session.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <span>
#include <stdexcept>

#include "local/http_text.h"

namespace brickwork::local::pages {
namespace {

constexpr auto kIdleLimit = std::chrono::hours(12);
constexpr std::size_t kMostSessions = 1000;  // each costs a login with a valid token

std::string hexadecimal(std::span<const unsigned char> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string random_text() {
  std::array<unsigned char, 32> random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) throw std::runtime_error("no random bytes");
  return hexadecimal(random);
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string_view cookie_of(const Request& request, std::string_view name) {
  const auto header = request.headers.find("cookie");
  if (header == request.headers.end()) return {};
  std::string_view rest = header->second;
  while (!rest.empty()) {
    const std::string_view pair = trim(rest.substr(0, rest.find(';')));
    rest.remove_prefix(
        std::min(rest.size(), rest.find(';') == std::string_view::npos ? rest.size() : rest.find(';') + 1));
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) return pair.substr(equals + 1);
  }
  return {};
}

}  // namespace

Session Sessions::begin(const std::string& token, const std::string& user_name) {
  Session session{random_text(), token, user_name};
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [&](const auto& entry) { return now_() - entry.second.last_seen > kIdleLimit; });
  if (entries_.size() >= kMostSessions) {
    auto oldest = entries_.begin();
    for (auto entry = entries_.begin(); entry != entries_.end(); ++entry)
      if (entry->second.last_seen < oldest->second.last_seen) oldest = entry;
    entries_.erase(oldest);
  }
  entries_[session.id] = {session, now_()};
  return session;
}

std::optional<Session> Sessions::find(const Request& request) {
  const std::string_view id = cookie_of(request, cookie_name_);
  if (id.empty()) return std::nullopt;
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end()) return std::nullopt;
  if (now_() - found->second.last_seen > kIdleLimit) {
    entries_.erase(found);
    return std::nullopt;
  }
  found->second.last_seen = now_();
  return found->second.session;
}

void Sessions::end(const Session& session) {
  const std::lock_guard lock(mutex_);
  entries_.erase(session.id);
}

std::string form_token(const Session& session) {
  constexpr std::string_view kPurpose = "form";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), session.id.data(), static_cast<int>(session.id.size()),
       reinterpret_cast<const unsigned char*>(kPurpose.data()), kPurpose.size(), digest.data(), &size);
  return hexadecimal(std::span(digest).first(size));
}

bool is_same_origin(const Request& request) {
  if (const auto site = request.headers.find("sec-fetch-site"); site != request.headers.end())
    return site->second == "same-origin";
  const auto origin = request.headers.find("origin");
  const auto host = request.headers.find("host");
  if (origin == request.headers.end()) return true;
  return host != request.headers.end() &&
         (origin->second == "http://" + host->second || origin->second == "https://" + host->second);
}

bool same_text(std::string_view left, std::string_view right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace brickwork::local::pages
