#include "local/oidc/signing_key.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <stdexcept>

#include "local/random_token.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;
using File = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

constexpr unsigned kBits = 2048;
// Tells an access token from whatever else may be signed with the key one day (RFC 9068).
constexpr const char* kType = "at+jwt";

// Under another name first: a server that is killed meanwhile leaves no half of a key behind.
Key make_key(const std::filesystem::path& file) {
  Key key(EVP_RSA_gen(kBits), EVP_PKEY_free);
  const std::string unfinished = file.string() + ".new";
  const int descriptor = open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const File out(descriptor < 0 ? nullptr : fdopen(descriptor, "w"), std::fclose);
  const bool written = key != nullptr && out != nullptr &&
                       PEM_write_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1 &&
                       std::fflush(out.get()) == 0 && fsync(descriptor) == 0 &&
                       std::rename(unfinished.c_str(), file.c_str()) == 0;
  if (!written) throw std::runtime_error("cannot write " + file.string());
  return key;
}

Key read_key(const std::filesystem::path& file) {
  struct stat status {};
  if (stat(file.c_str(), &status) != 0) return nullptr;
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    throw std::runtime_error(file.string() + " holds the key of all logins and may be read by others: chmod 600 it");
  const File in(std::fopen(file.c_str(), "re"), std::fclose);
  Key key(in == nullptr ? nullptr : PEM_read_PrivateKey(in.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  if (key == nullptr || EVP_PKEY_is_a(key.get(), "RSA") != 1)
    throw std::runtime_error(file.string() + " does not hold an RSA key");
  return key;
}

}  // namespace

void SigningKey::need() {
  if (key_ != nullptr) return;
  key_ = read_key(file_);
  if (key_ == nullptr) key_ = make_key(file_);
  kid_ = hexadecimal(sha256(json::serialize(jwk_of_rsa_key(key_, "")))).substr(0, 16);
}

std::string SigningKey::sign(const json::object& claims) {
  const std::lock_guard lock(mutex_);
  need();
  return sign_rs256({{"kid", kid_}, {"typ", kType}, {"alg", "RS256"}}, claims, key_);
}

std::optional<Jwt> SigningKey::verified(std::string_view token) {
  auto parsed = parse_jwt(token);
  if (!parsed) return std::nullopt;
  const json::value* type = parsed->header.if_contains("typ");
  if (type == nullptr || *type != json::value(kType)) return std::nullopt;
  const std::lock_guard lock(mutex_);
  if (key_ == nullptr && !std::filesystem::exists(file_)) return std::nullopt;  // then it has signed nothing
  need();
  return is_signed_by(*parsed, key_) ? parsed : std::nullopt;
}

json::object SigningKey::key_set() {
  const std::lock_guard lock(mutex_);
  need();
  return {{"keys", {jwk_of_rsa_key(key_, kid_)}}};
}

}  // namespace brickwork::local
