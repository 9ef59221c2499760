#include "group/digester.h"

#include <algorithm>
#include <stdexcept>

namespace brickwork::group {

Digester::Digester() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
  if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("OpenSSL has no SHA-256");
}

std::string Digester::finish(std::size_t characters) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  flush();
  std::array<unsigned char, kCharacters / 2> digest;
  EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr);
  std::string text;
  for (std::size_t i = 0; i < std::min(characters, kCharacters); ++i)
    text += kDigits[i % 2 == 0 ? digest[i / 2] >> 4 : digest[i / 2] & 15];
  return text;
}

}  // namespace brickwork::group
