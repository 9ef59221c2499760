#include "auth/signed_token.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <array>
#include <memory>

#include "auth/base64.h"
#include "auth/wipe.h"
#include "engine/fork.h"

namespace brickwork {
namespace {

namespace json = boost::json;

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// A key with a pass phrase is none that a program could use: without this OpenSSL would ask the terminal.
int no_pass_phrase(char*, int, int, void*) { return -1; }

std::unique_ptr<EVP_PKEY, Free> read_key(const std::string& pem) {
  const std::unique_ptr<BIO, Free> source(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!source) return nullptr;
  return std::unique_ptr<EVP_PKEY, Free>(PEM_read_bio_PrivateKey(source.get(), nullptr, no_pass_phrase, nullptr));
}

std::string signature_of(const std::string& text, EVP_PKEY* key) {
  const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  std::size_t size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  if (!context || EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) != 1)
    return {};
  std::string signature(size, '\0');
  auto* place = reinterpret_cast<unsigned char*>(signature.data());
  if (EVP_DigestSign(context.get(), place, &size, bytes, text.size()) != 1) return {};
  signature.resize(size);
  return signature;
}

std::optional<std::string> decoded(std::string_view text) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string bytes;
  unsigned buffer = 0;
  int bits = 0;
  for (const char c : text) {
    if (c == '=') break;
    const std::size_t value = kAlphabet.find(c);
    if (value == kAlphabet.npos) return std::nullopt;
    buffer = (buffer << 6 | static_cast<unsigned>(value)) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(buffer >> bits & 0xff);
  }
  return bytes;
}

}  // namespace

Result<std::string> sign_token(const json::object& claims, const std::string& key_id, const std::string& key) {
  const NoFork inside_openssl;
  const std::unique_ptr<EVP_PKEY, Free> private_key = read_key(key);
  if (!private_key || EVP_PKEY_base_id(private_key.get()) != EVP_PKEY_RSA) {
    return failure(Code::kFailedPrecondition, "its private_key is no RSA key in PEM without a pass phrase");
  }
  json::object header = {{"alg", "RS256"}, {"typ", "JWT"}};
  if (!key_id.empty()) header["kid"] = key_id;
  std::string text = base64_url(json::serialize(header)) + "." + base64_url(json::serialize(claims));
  const std::string signature = signature_of(text, private_key.get());
  if (signature.empty()) return failure(Code::kInternal, "OpenSSL did not sign with its private_key");
  return text + "." + base64_url(signature);
}

std::optional<std::int64_t> seconds_of_token(const std::string& token) {
  const std::size_t first = token.find('.');
  const std::size_t second = first == token.npos ? first : token.find('.', first + 1);
  if (second == token.npos) return std::nullopt;
  const std::optional<std::string> text = decoded(std::string_view(token).substr(first + 1, second - first - 1));
  if (!text) return std::nullopt;
  boost::system::error_code error;
  const json::value claims = json::parse(*text, error);
  if (error || !claims.is_object()) return std::nullopt;
  const json::value* begin = claims.get_object().if_contains("iat");
  const json::value* end = claims.get_object().if_contains("exp");
  if (!begin || !end || !begin->is_number() || !end->is_number()) return std::nullopt;
  const auto seconds = end->to_number<double>(error) - begin->to_number<double>(error);
  if (error || !(seconds >= 0) || seconds > 1e9) return std::nullopt;
  return static_cast<std::int64_t>(seconds);
}

}  // namespace brickwork
