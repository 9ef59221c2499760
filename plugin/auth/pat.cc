#include "auth/pat.h"

#include <openssl/crypto.h>

#include <utility>

#include "auth/fingerprint.h"

namespace brickwork {
namespace {

constexpr char kSecret[] = "token";

Headers bearer(const std::string& token) {
  Headers headers;
  headers.emplace_back("Authorization", "Bearer " + token);
  return headers;
}

}  // namespace

Pat::Pat(std::shared_ptr<SecretStore> secrets, Options options)
    : secrets_(std::move(secrets)), options_(std::move(options)) {}

Pat::~Pat() {
  for (std::string* token : {&options_.configured, &last_}) OPENSSL_cleanse(token->data(), token->size());
}

std::string Pat::fingerprint() const {
  if (!secrets_->ever_set(kSecret)) return brickwork::fingerprint(options_.configured);
  std::optional<std::string> token = secrets_->usable(kSecret, 0);  // an expired one is still the same person's
  if (!token) return {};
  std::string print = brickwork::fingerprint(*token);
  OPENSSL_cleanse(token->data(), token->size());
  return print;
}

Task<Result<Headers>> Pat::headers(Context& context) {
  const bool from_host = secrets_->ever_set(kSecret);
  if (!from_host && !options_.configured.empty()) co_return bearer(options_.configured);
  if (!from_host && !options_.host_will_bring_it) {
    co_return failure(Code::kUnauthenticated, options_.nothing_configured);
  }
  Task<Result<std::string>> waiting = secrets_->wait_for(context, kSecret);
  Result<std::string> token = co_await waiting;
  if (!token.ok()) co_return token.status();
  last_ = std::move(token.value());
  co_return bearer(last_);
}

bool Pat::rejected(const Headers&) { return !last_.empty() && secrets_->refuse(kSecret, last_); }

bool fits_pat(const Login& login) { return login.has("token"); }

Result<std::shared_ptr<Credential>> make_pat(const Login& login) {
  Pat::Options options;
  options.configured = login.value("token");
  options.host_will_bring_it = login.named;
  options.nothing_configured =
      "default auth: cannot configure default credentials: no login is set. client_set_secret(\"token\"), "
      "DATABRICKS_TOKEN or a profile of .databrickscfg brings one. Set: " +
      list_of(login.settings);
  return std::shared_ptr<Credential>(std::make_shared<Pat>(login.secrets, std::move(options)));
}

}  // namespace brickwork
