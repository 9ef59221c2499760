#include "engine/context.h"

#include <algorithm>

#include "engine/wait.h"

namespace brickwork {
namespace {

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
  parked_.each([](Parked& parked) { parked.stop(); });  // only sets timers, so nobody leaves meanwhile
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

}  // namespace brickwork
