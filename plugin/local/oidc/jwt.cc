#include "local/oidc/jwt.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <stdexcept>

#include "local/base64.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;
using Digest = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

struct Curve {
  const char* name;
  const char* openssl_name;
  const char* algorithm;
  std::size_t bytes;  // of one coordinate
};
constexpr Curve kCurves[] = {
    {"P-256", "P-256", "ES256", 32}, {"P-384", "P-384", "ES384", 48}, {"P-521", "P-521", "ES512", 66}};

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string text_of(const json::object& from, std::string_view name) {
  const json::value* value = from.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

Number number_of(std::string_view big_endian) {
  return {BN_bin2bn(bytes(big_endian), static_cast<int>(big_endian.size()), nullptr), BN_free};
}

std::string bytes_of(const BIGNUM* number) {
  std::string text(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, reinterpret_cast<unsigned char*>(text.data()));
  return text;
}

Key key_from(const char* type, OSSL_PARAM_BLD* builder) {
  const std::unique_ptr<OSSL_PARAM, decltype(&OSSL_PARAM_free)> parameters(OSSL_PARAM_BLD_to_param(builder),
                                                                           OSSL_PARAM_free);
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
      EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr), EVP_PKEY_CTX_free);
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
    return nullptr;
  return {key, EVP_PKEY_free};
}

Key rsa_key(const json::object& jwk) {
  const auto modulus = base64url_decode(text_of(jwk, "n"));
  const auto exponent = base64url_decode(text_of(jwk, "e"));
  constexpr std::size_t kLeast = 256;
  constexpr std::size_t kMost = 2048;  // bytes: a larger one only costs time
  if (!modulus || !exponent || modulus->size() < kLeast || modulus->size() > kMost || exponent->empty()) return nullptr;
  const std::unique_ptr<OSSL_PARAM_BLD, decltype(&OSSL_PARAM_BLD_free)> builder(OSSL_PARAM_BLD_new(),
                                                                                OSSL_PARAM_BLD_free);
  const Number n = number_of(*modulus);
  const Number e = number_of(*exponent);
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  return key_from("RSA", builder.get());
}

Key ec_key(const json::object& jwk) {
  const std::string name = text_of(jwk, "crv");
  const auto x = base64url_decode(text_of(jwk, "x"));
  const auto y = base64url_decode(text_of(jwk, "y"));
  for (const Curve& curve : kCurves) {
    if (name != curve.name || !x || !y || x->size() != curve.bytes || y->size() != curve.bytes) continue;
    const std::unique_ptr<OSSL_PARAM_BLD, decltype(&OSSL_PARAM_BLD_free)> builder(OSSL_PARAM_BLD_new(),
                                                                                  OSSL_PARAM_BLD_free);
    const std::string point = "\x04" + *x + *y;
    OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve.openssl_name, 0);
    OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
    return key_from("EC", builder.get());
  }
  return nullptr;
}

const EVP_MD* digest_of(std::string_view algorithm) {
  if (algorithm.ends_with("256")) return EVP_sha256();
  if (algorithm.ends_with("384")) return EVP_sha384();
  return algorithm.ends_with("512") ? EVP_sha512() : nullptr;
}

// JOSE writes the two numbers of an ECDSA signature side by side, OpenSSL reads them as DER.
std::string der_signature(std::string_view signature) {
  const Number r = number_of(signature.substr(0, signature.size() / 2));
  const Number s = number_of(signature.substr(signature.size() / 2));
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(ECDSA_SIG_new(), ECDSA_SIG_free);
  ECDSA_SIG_set0(pair.get(), BN_dup(r.get()), BN_dup(s.get()));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &der);
  std::string text(reinterpret_cast<const char*>(der), static_cast<std::size_t>(std::max(size, 0)));
  OPENSSL_free(der);
  return text;
}

// Empty for a signature that cannot be one of this algorithm with this key.
std::string openssl_signature(const Jwt& token, const Key& key, std::string_view algorithm) {
  if (algorithm.starts_with("RS")) return EVP_PKEY_is_a(key.get(), "RSA") == 1 ? token.signature : "";
  for (const Curve& curve : kCurves)
    if (algorithm == curve.algorithm && EVP_PKEY_is_a(key.get(), "EC") == 1 &&
        static_cast<std::size_t>(EVP_PKEY_get_bits(key.get()) + 7) / 8 == curve.bytes &&
        token.signature.size() == 2 * curve.bytes)
      return der_signature(token.signature);
  return "";
}

std::optional<json::object> decoded_object(std::string_view part) {
  const auto text = base64url_decode(part);
  if (!text) return std::nullopt;
  json::error_code error;
  json::value value = json::parse(*text, error);
  if (error || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

}  // namespace

std::string base64url_encode(std::string_view bytes) {
  std::string text = base64_encode(bytes);
  while (text.ends_with('=')) text.pop_back();
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

std::optional<std::string> base64url_decode(std::string_view text) {
  if (text.find_first_of("+/= \r\n") != std::string_view::npos) return std::nullopt;
  std::string padded(text);
  std::replace(padded.begin(), padded.end(), '-', '+');
  std::replace(padded.begin(), padded.end(), '_', '/');
  while (padded.size() % 4 != 0) padded += '=';
  return base64_decode(padded);
}

std::string Jwt::claim(std::string_view name) const { return text_of(claims, name); }

std::optional<Jwt> parse_jwt(std::string_view token) {
  const std::size_t first = token.find('.');
  const std::size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) return std::nullopt;
  auto header = decoded_object(token.substr(0, first));
  auto claims = decoded_object(token.substr(first + 1, second - first - 1));
  auto signature = base64url_decode(token.substr(second + 1));
  if (!header || !claims || !signature) return std::nullopt;
  return Jwt{std::move(*header), std::move(*claims), std::string(token.substr(0, second)), std::move(*signature)};
}

Key key_of_jwk(const json::object& jwk) {
  const std::string type = text_of(jwk, "kty");
  if (type == "RSA") return rsa_key(jwk);
  return type == "EC" ? ec_key(jwk) : nullptr;
}

json::object jwk_of_rsa_key(const Key& key, std::string_view kid) {
  BIGNUM* n = nullptr;
  BIGNUM* e = nullptr;
  EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_RSA_N, &n);
  EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_RSA_E, &e);
  const Number modulus(n, BN_free);
  const Number exponent(e, BN_free);
  return {{"kty", "RSA"},
          {"use", "sig"},
          {"alg", "RS256"},
          {"kid", kid},
          {"n", base64url_encode(bytes_of(n))},
          {"e", base64url_encode(bytes_of(e))}};
}

bool is_signed_by(const Jwt& token, const Key& key) {
  const std::string algorithm = text_of(token.header, "alg");
  if (key == nullptr || token.header.contains("crit") || algorithm.size() != 5) return false;
  const EVP_MD* hash = digest_of(algorithm);
  const std::string signature = openssl_signature(token, key, algorithm);
  if (hash == nullptr || signature.empty()) return false;
  const Digest digest(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  return EVP_DigestVerifyInit(digest.get(), nullptr, hash, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(digest.get(), bytes(signature), signature.size(), bytes(token.signed_part),
                          token.signed_part.size()) == 1;
}

std::string sign_rs256(const json::object& header, const json::object& claims, const Key& key) {
  const std::string part = base64url_encode(json::serialize(header)) + "." + base64url_encode(json::serialize(claims));
  const Digest digest(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key.get())), '\0');
  std::size_t size = signature.size();
  if (EVP_DigestSignInit(digest.get(), nullptr, EVP_sha256(), nullptr, key.get()) != 1 ||
      EVP_DigestSign(digest.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes(part),
                     part.size()) != 1)
    throw std::runtime_error("a token cannot be signed");
  signature.resize(size);
  return part + "." + base64url_encode(signature);
}

}  // namespace brickwork::local
