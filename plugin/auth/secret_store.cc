#include "auth/secret_store.h"

#include <openssl/crypto.h>

namespace brickwork {
namespace {

void wipe(std::string& secret) {
  OPENSSL_cleanse(secret.data(), secret.size());
  secret.clear();
}

}  // namespace

SecretStore::~SecretStore() {
  for (auto& [name, secret] : secrets_) wipe(secret.value);
}

void SecretStore::set(std::string_view name, std::string_view value, std::int64_t expires_at_ms) {
  const std::lock_guard lock(mutex_);
  auto found = secrets_.find(name);
  if (found == secrets_.end()) found = secrets_.emplace(name, Secret{}).first;
  Secret& secret = found->second;
  wipe(secret.value);
  secret.value = value;
  secret.expires_at_ms = expires_at_ms;
  secret.given = !value.empty();  // empty: taken back
  secret.refused = false;
  secret.asked = false;
}

bool SecretStore::ever_set(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = secrets_.find(name);
  return found != secrets_.end() && found->second.given;
}

std::optional<std::string> SecretStore::usable(std::string_view name, std::int64_t unix_ms) const {
  const std::lock_guard lock(mutex_);
  const auto found = secrets_.find(name);
  if (found == secrets_.end() || !found->second.given || found->second.refused) return std::nullopt;
  const Secret& secret = found->second;
  if (secret.expires_at_ms != 0 && secret.expires_at_ms <= unix_ms) return std::nullopt;
  return secret.value;
}

bool SecretStore::refuse(std::string_view name, std::string_view value) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = secrets_.find(name);
    if (found == secrets_.end() || !found->second.given) return false;
    Secret& secret = found->second;
    if (secret.value != value) return true;
    if (secret.expires_at_ms != 0) {
      secret.refused = true;
      return true;
    }
  }
  ask(std::string(name));
  return false;
}

void SecretStore::ask(const std::string& name) {
  {
    const std::lock_guard lock(mutex_);
    Secret& secret = secrets_[name];
    if (secret.asked) return;
    secret.asked = true;
  }
  if (ask_) ask_(name);  // not under the lock: the host may answer from inside
}

Task<Result<std::string>> SecretStore::wait_for(Context& context, std::string name) {
  while (true) {
    std::optional<std::string> value = usable(name, context.loop().unix_ms());
    if (value) co_return std::move(*value);
    ask(name);
    Signal::Waiter waiting = changed_.wait(context);
    const Status status = co_await waiting;
    if (status.ok()) continue;
    if (status.code() != Code::kDeadlineExceeded) co_return status;
    co_return failure(Code::kUnauthenticated, "the host was asked for the secret \"" + name +
                                                  "\" and did not hand it over within the operation's time limit");
  }
}

}  // namespace brickwork
