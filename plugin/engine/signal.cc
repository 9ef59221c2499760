#include "engine/signal.h"

#include <algorithm>

namespace brickwork {

void Signal::Waiter::await_suspend(std::coroutine_handle<> waiter) {
  parked(waiter);
  signal_.waiters_.join(*this);
  wake_at(std::min(until_, context_.deadline()));
}

Status Signal::Waiter::await_resume() {
  Chain<Waiter>::Place::leave();
  return notified_ ? Status() : context_.stopped();
}

void Signal::Waiter::notify() {
  Chain<Waiter>::Place::leave();
  notified_ = true;
  wake_at(context_.loop().now());
}

void Signal::notify_all() {
  while (!waiters_.empty()) waiters_.first().notify();  // a notify only sets a timer, so nobody joins meanwhile
}

}  // namespace brickwork
