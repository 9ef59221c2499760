#include "runs/token.h"

#include <openssl/evp.h>

#include <array>
#include <cstdio>
#include <stdexcept>

namespace brickwork::runs {
namespace {

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("SHA-256 is not available in this OpenSSL");
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (unsigned int i = 0; i < length; ++i) {
    hex += kDigits[digest[i] >> 4];
    hex += kDigits[digest[i] & 15];
  }
  return hex;  // 64 characters, which is just what Databricks takes
}

}  // namespace

std::string keyed_token(std::string_view host, std::string_view name, std::string_view launch_key) {
  std::string seed;
  seed.append(host).append("|").append(name).append("|").append(launch_key);
  return sha256_hex(seed);
}

std::string chance_token(std::string_view host, std::uint64_t serial, Loop& loop) {
  std::string seed(host);
  seed += "|" + std::to_string(serial) + "|" + std::to_string(loop.unix_ms());
  for (int i = 0; i < 4; ++i) seed += "|" + std::to_string(static_cast<std::uint64_t>(loop.uniform() * 0x1p53));
  return sha256_hex(seed);
}

}  // namespace brickwork::runs
