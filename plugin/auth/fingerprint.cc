#include "auth/fingerprint.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <random>
#include <stdexcept>

#include "engine/fork.h"

namespace brickwork {
namespace {

using Key = std::array<unsigned char, 32>;

Key random_key() {
  std::random_device source;
  Key key{};
  for (unsigned char& byte : key) byte = static_cast<unsigned char>(source());
  return key;
}

}  // namespace

std::string fingerprint(std::string_view secret) {
  if (secret.empty()) return {};
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  const NoFork inside_openssl;
  static const Key key = random_key();  // behind the NoFork: a forked child must not find it half made
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), digest.data(), &length) == nullptr)
    throw std::runtime_error("HMAC is not available in this OpenSSL");
  return {reinterpret_cast<const char*>(digest.data()), length};
}

}  // namespace brickwork
