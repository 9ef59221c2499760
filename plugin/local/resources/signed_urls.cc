#include "local/resources/signed_urls.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <charconv>

#include "local/random_token.h"

namespace brickwork::local {
namespace {

Response refused(const std::string& message) {
  return {.status = 403,
          .body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code><Message>" + message +
                  "</Message></Error>",
          .content_type = "application/xml"};
}

std::string asked(const Request& request, const std::string& name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? "" : found->second;
}

}  // namespace

SignedUrls::SignedUrls(std::function<std::int64_t()> now_ms) : key_(random_bytes(32)), now_ms_(std::move(now_ms)) {}

std::string SignedUrls::signature(const std::string& method, const std::string& path, std::int64_t expire_time) const {
  const std::string text = method + "\n" + path + "\n" + std::to_string(expire_time);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), digest.data(), &size);
  return hexadecimal({reinterpret_cast<const char*>(digest.data()), size});
}

std::string SignedUrls::query_for(const std::string& method, const std::string& path, std::int64_t expire_time) const {
  return "expires=" + std::to_string(expire_time) + "&signature=" + signature(method, path, expire_time);
}

std::optional<Response> SignedUrls::refusal(const Request& request, const std::string& method) const {
  const std::string expires = asked(request, "expires");
  std::int64_t expire_time = 0;
  std::from_chars(expires.data(), expires.data() + expires.size(), expire_time);
  const std::string wanted = signature(method, request.path, expire_time);
  const std::string given = asked(request, "signature");
  if (given.size() != wanted.size() || CRYPTO_memcmp(given.data(), wanted.data(), wanted.size()) != 0)
    return refused("The signature does not go with the request");
  if (now_ms_() >= expire_time) return refused("Request has expired");
  return std::nullopt;
}

}  // namespace brickwork::local
