#include "auth/login_secret.h"

#include <utility>

#include "auth/wipe.h"

namespace brickwork {

LoginSecret::LoginSecret(std::string name, const Settings& settings, std::shared_ptr<SecretStore> store)
    : name_(std::move(name)), store_(std::move(store)) {
  if (const auto found = settings.find(name_); found != settings.end()) {
    configured_ = found->second.value;
    source_ = found->second.source;
  }
}

LoginSecret::~LoginSecret() {
  wipe(configured_);
  wipe(last_);
}

Task<Result<std::string>> LoginSecret::value(Context& context) {
  if (!store_->ever_set(name_) && !configured_.empty()) co_return configured_;
  waits_ = true;
  Task<Result<std::string>> waiting = store_->wait_for(context, name_);
  Result<std::string> secret = co_await waiting;
  waits_ = false;
  if (!secret.ok()) co_return secret.status();
  wipe(last_);
  last_ = secret.value();
  co_return std::move(secret.value());
}

bool LoginSecret::refused() { return !last_.empty() && store_->refuse(name_, last_); }

Status LoginSecret::trouble() const {
  if (!waits_) return Status();
  return failure(Code::kUnauthenticated, "the host was asked for the secret \"" + name_ +
                                             "\" and did not hand it over within the operation's time limit");
}

std::string LoginSecret::at_hand() const {
  if (!store_->ever_set(name_)) return configured_;
  return store_->usable(name_, 0).value_or("");
}

std::string LoginSecret::where() const {
  return name_ + " (" + (store_->ever_set(name_) || source_.empty() ? "client_set_secret" : source_) + ")";
}

}  // namespace brickwork
