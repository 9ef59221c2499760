#include "auth/living_token.h"

#include <algorithm>
#include <coroutine>
#include <utility>

#include "auth/fingerprint.h"
#include "auth/wipe.h"

namespace brickwork {
namespace {

constexpr milliseconds kFirstPause{1000};
constexpr milliseconds kLongestPause{60'000};

milliseconds pause_after(int failures) {
  return std::min(kLongestPause, kFirstPause * (1 << std::min(failures - 1, 10)));
}

// Whether the issuer itself said no. Anything else may be a moment's weakness once the login has worked: a proxy's page
// in place of an answer must not end a watch.
bool is_refusal(Code code) {
  return code == Code::kUnauthenticated || code == Code::kPermissionDenied || code == Code::kInvalidArgument;
}

}  // namespace

LivingToken::LivingToken(std::string auth_type, std::unique_ptr<TokenSource> source)
    : auth_type_(std::move(auth_type)), source_(std::move(source)) {}

LivingToken::~LivingToken() { forget_proof(); }

void LivingToken::forget_proof() {
  if (!proof_) return;
  for (auto& [name, value] : proof_->headers) wipe(value);
  proof_.reset();
}

std::string LivingToken::fingerprint() const {
  std::string who = source_->who();
  std::string print = brickwork::fingerprint(who);
  wipe(who);
  return print;
}

std::optional<Instant> LivingToken::expires_at() const { return proof_ ? expires_at_ : std::nullopt; }

Task<Result<Headers>> LivingToken::headers(Context& context) {
  Loop& loop = context.loop();
  if (const Status stopped = context.stopped(); !stopped.ok()) co_return stopped;
  if (is_alive(loop.now())) {
    if (loop.now() >= refresh_at_) begin_fetch(loop);
    co_return proof_->headers;
  }
  while (true) {
    if (!is_fetching_) {
      if (Status failed = failed_lately(loop.now()); !failed.ok()) co_return failed;
    }
    const std::uint64_t before = rounds_;
    begin_fetch(loop);
    if (rounds_ == before) {
      Signal::Waiter waiting = fetched_.wait(context);
      const Status status = co_await waiting;
      if (!status.ok()) co_return too_late(status);
    }
    if (!failure_.ok()) co_return failure_;
    // However short its life is, who waited for it may try it.
    if (proof_) co_return proof_->headers;
  }
}

// The error of a round that is over, while it is too early for the next one.
Status LivingToken::failed_lately(Instant now) const {
  if (failure_.ok() || now >= again_at_ || fingerprint() != failed_as_) return Status();
  Fault fault = failure_.fault();
  const auto left = std::chrono::ceil<milliseconds>(again_at_ - now);
  if (fault.retryable) fault.retry_after = std::max(left, fault.retry_after.value_or(left));
  return Status(std::move(fault));
}

Status LivingToken::too_late(const Status& stopped) const {
  if (stopped.code() != Code::kDeadlineExceeded) return stopped;
  if (Status trouble = source_->trouble(); !trouble.ok()) return trouble;
  return failure_.ok() ? stopped : failure_;
}

void LivingToken::begin_fetch(Loop& loop) {
  if (is_fetching_) return;
  fetching_.reset();  // the one before, which is over
  context_ = std::make_unique<Context>(loop, Instant::max());
  fetching_.emplace(round(loop));
  is_fetching_ = true;
  fetching_->await_suspend(std::noop_coroutine());
}

Task<bool> LivingToken::round(Loop& loop) {
  Result<Proof> fetched = failure(Code::kInternal, "the login could not be prepared");
  try {
    Task<Result<Proof>> fetching = source_->fetch(*context_);
    fetched = co_await fetching;
  } catch (...) {
    // What was thrown is not shown: it may quote a secret. Those who wait hear of it as of any failed round.
  }
  is_fetching_ = false;
  ++rounds_;
  fetched_.notify_all();  // first, since it only sets timers: whatever breaks below, nobody is left waiting
  keep(loop, std::move(fetched));
  co_return true;
}

void LivingToken::keep(Loop& loop, Result<Proof> fetched) {
  const Instant now = loop.now();
  if (!fetched.ok()) {
    failure_ = Status(as_far_as_known(fetched.status().fault(), now));
    failed_as_ = fingerprint();
    again_at_ = now + pause_after(++failures_);
    if (is_alive(now)) refresh_at_ = now + kPauseOfRefresh;
    return;
  }
  forget_proof();
  proof_ = std::move(fetched.value());
  failure_ = Status();
  failures_ = 0;
  ever_worked_ = true;
  refused_since_.reset();
  expires_at_.reset();
  dead_at_ = refresh_at_ = Instant::max();
  if (!proof_->lifetime) return;
  const milliseconds life = std::clamp(*proof_->lifetime, milliseconds(0), milliseconds(std::chrono::hours(24 * 366)));
  expires_at_ = now + life;
  dead_at_ = *expires_at_ - std::min(kTooShort, life / 4);
  refresh_at_ = *expires_at_ - std::min(kLongestRefresh, life / 2);
}

Fault LivingToken::as_far_as_known(Fault fault, Instant now) {
  if (!ever_worked_) return fault;
  if (is_refusal(fault.code)) {
    if (!refused_since_) refused_since_ = now;
    if (now - *refused_since_ >= kRotation) return fault;
  }
  fault.code = Code::kUnavailable;
  fault.retryable = true;
  return fault;
}

bool LivingToken::rejected(const Headers& given) {
  if (proof_ && proof_->headers == given) {
    if (!source_->can_renew()) return false;
    forget_proof();
  }
  return true;
}

void LivingToken::close() {
  fetching_.reset();
  is_fetching_ = false;
  context_.reset();
}

}  // namespace brickwork
