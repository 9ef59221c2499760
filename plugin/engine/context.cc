#include "engine/context.h"

#include <algorithm>

namespace brickwork {
namespace {

// What the three waits share: they resume their coroutine once, from the loop, and are found by Context::cancel.
class Wait : public Context::Parked {
 public:
  explicit Wait(Context& context) : context_(context) {}
  Wait(const Wait&) = delete;
  Wait& operator=(const Wait&) = delete;
  ~Wait() override {
    if (timer_) context_.loop().forget(timer_);
    context_.unpark(*this);
  }

  bool await_ready() const noexcept { return false; }

  void stop() override { wake_at(context_.loop().now()); }

 protected:
  void parked(std::coroutine_handle<> waiter) {
    waiter_ = waiter;
    context_.park(*this);
  }

  // Resuming goes through the loop, never from inside a cancel or a notify of somebody else's stack.
  // The new timer first: without memory for it the one there is still comes.
  void wake_at(Instant when) {
    const Loop::Id timer = context_.loop().at(when, [this] {
      timer_ = 0;
      resume();
    });
    if (timer_) context_.loop().forget(timer_);
    timer_ = timer;
  }

  void resume() { waiter_.resume(); }

  Context& context_;

 private:
  std::coroutine_handle<> waiter_;
  Loop::Id timer_ = 0;
};

class Sleep : public Wait {
 public:
  Sleep(Context& context, Instant until) : Wait(context), until_(until) {}

  void await_suspend(std::coroutine_handle<> waiter) {
    parked(waiter);
    wake_at(std::min(until_, context_.deadline()));
  }
  Status await_resume() const { return context_.stopped(); }

 private:
  Instant until_;
};

class Transfer : public Wait {
 public:
  Transfer(Context& context, HttpRequest request) : Wait(context), request_(std::move(request)) {}
  ~Transfer() override {
    if (transfer_) context_.loop().forget(transfer_);
  }

  void await_suspend(std::coroutine_handle<> waiter) {
    parked(waiter);
    wake_at(context_.deadline());
    transfer_ = context_.loop().send(std::move(request_), [this](Outcome outcome) {
      transfer_ = 0;
      outcome_.emplace(std::move(outcome));
      resume();
    });
  }

  // An answer that is here counts, even when the operation was cancelled in the same moment.
  Result<Outcome> await_resume() {
    if (outcome_) return std::move(*outcome_);
    Fault fault = context_.stopped().fault();
    fault.attempts = 1;
    return Status(std::move(fault));
  }

 private:
  HttpRequest request_;
  Loop::Id transfer_ = 0;
  std::optional<Outcome> outcome_;
};

}  // namespace

milliseconds Context::time_left() const {
  if (deadline_ == Instant::max()) return milliseconds::max();
  return std::max(milliseconds(0), std::chrono::duration_cast<milliseconds>(deadline_ - loop_.now()));
}

Status Context::stopped() const {
  if (cancelled_) return failure(Code::kCancelled, "the operation was cancelled by its host");
  if (loop_.now() >= deadline_) return failure(Code::kDeadlineExceeded, "the operation ran into its time limit");
  return Status();
}

void Context::cancel() {
  cancelled_ = true;
  for (Parked* parked : parked_) parked->stop();  // only sets timers, so nobody leaves the list meanwhile
}

Task<Status> sleep_for(Context& context, milliseconds duration) {
  if (Status status = context.stopped(); !status.ok()) co_return status;
  // Compared before they are added: milliseconds::max() from now is beyond what the clock can say.
  const bool to_the_deadline = duration >= context.time_left();
  Sleep sleep(context, to_the_deadline ? context.deadline() : context.loop().now() + duration);
  co_return co_await sleep;
}

Task<Result<Outcome>> exchange(Context& context, HttpRequest request) {
  if (Status status = context.stopped(); !status.ok()) co_return status;
  Transfer transfer(context, std::move(request));
  co_return co_await transfer;
}

struct Signal::Waiter : Wait {
  Waiter(Context& context, Signal& signal, Instant until) : Wait(context), signal_(signal), until_(until) {}
  ~Waiter() override {
    if (queued_) signal_.waiters_.erase(place_);
  }

  void await_suspend(std::coroutine_handle<> waiter) {
    parked(waiter);
    place_ = signal_.waiters_.insert(signal_.waiters_.end(), this);
    queued_ = true;
    wake_at(std::min(until_, context_.deadline()));
  }
  Status await_resume() const { return notified_ ? Status() : context_.stopped(); }

  void notify() {
    queued_ = false;
    notified_ = true;
    wake_at(context_.loop().now());
  }

 private:
  Signal& signal_;
  Instant until_;
  std::list<Waiter*>::iterator place_;  // while queued: thousands may leave in any order
  bool queued_ = false;
  bool notified_ = false;
};

Task<Status> Signal::wait(Context& context) { return wait_until(context, Instant::max()); }

Task<Status> Signal::wait_until(Context& context, Instant until) {
  if (Status status = context.stopped(); !status.ok()) co_return status;
  Waiter waiter(context, *this, until);
  co_return co_await waiter;
}

void Signal::notify_all() {
  while (!waiters_.empty()) {  // a notify only sets a timer, so nobody joins meanwhile
    Waiter* waiter = waiters_.front();
    waiters_.pop_front();
    waiter->notify();
  }
}

}  // namespace brickwork
