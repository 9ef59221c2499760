#include "local/resources/secret_cipher.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>

#include "local/random_token.h"

namespace brickwork::local {
namespace {

constexpr std::size_t kKeySize = 32;
constexpr std::size_t kNonceSize = 12;
constexpr std::size_t kTagSize = 16;

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

void check(int result) {
  if (result != 1) throw std::runtime_error("a secret cannot be decrypted: the key or the database is not its own");
}

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

void write_key(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) throw std::runtime_error("cannot write " + file.string());
  const std::string key = random_bytes(kKeySize);
  // Secrets that are sealed with a key that is not on the disk yet would be lost with the power.
  const bool written =
      write(descriptor, key.data(), key.size()) == static_cast<ssize_t>(key.size()) && fsync(descriptor) == 0;
  close(descriptor);
  if (!written) throw std::runtime_error("cannot write " + file.string());
}

std::string read_key(const std::filesystem::path& file) {
  struct stat status {};
  if (stat(file.c_str(), &status) != 0) throw std::runtime_error("cannot read " + file.string());
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    throw std::runtime_error(file.string() + " holds the key of the secrets and may be read by others: chmod 600 it");
  std::ifstream in(file, std::ios::binary);
  std::ostringstream key;
  key << in.rdbuf();
  if (key.str().size() != kKeySize) throw std::runtime_error(file.string() + " does not hold a key of 32 bytes");
  return key.str();
}

}  // namespace

SecretCipher::SecretCipher(const std::filesystem::path& key_file) {
  if (!std::filesystem::exists(key_file)) write_key(key_file);
  key_ = read_key(key_file);
}

std::string SecretCipher::seal(std::string_view text, std::string_view place) const {
  std::string sealed = random_bytes(kNonceSize);
  sealed.resize(kNonceSize + text.size() + kTagSize);
  const Context context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int length = 0;
  check(EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes(key_), bytes(sealed)));
  check(EVP_EncryptUpdate(context.get(), nullptr, &length, bytes(place), static_cast<int>(place.size())));
  check(EVP_EncryptUpdate(context.get(), bytes(sealed) + kNonceSize, &length, bytes(text),
                          static_cast<int>(text.size())));
  check(EVP_EncryptFinal_ex(context.get(), bytes(sealed) + kNonceSize + length, &length));
  check(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagSize, bytes(sealed) + kNonceSize + text.size()));
  return sealed;
}

std::string SecretCipher::open(std::string_view sealed, std::string_view place) const {
  check(sealed.size() >= kNonceSize + kTagSize ? 1 : 0);
  std::string text(sealed.size() - kNonceSize - kTagSize, '\0');
  std::string tag(sealed.substr(sealed.size() - kTagSize));
  const Context context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int length = 0;
  check(EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes(key_), bytes(sealed)));
  check(EVP_DecryptUpdate(context.get(), nullptr, &length, bytes(place), static_cast<int>(place.size())));
  check(EVP_DecryptUpdate(context.get(), bytes(text), &length, bytes(sealed.substr(kNonceSize)),
                          static_cast<int>(text.size())));
  check(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagSize, bytes(tag)));
  check(EVP_DecryptFinal_ex(context.get(), bytes(text) + length, &length));
  return text;
}

}  // namespace brickwork::local
