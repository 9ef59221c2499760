#pragma once

#include "engine/context.h"

namespace brickwork {

// What all waits share: they resume their coroutine once, from the loop, and are found by Context::cancel.
class Wait : public Context::Parked {
 public:
  explicit Wait(Context& context) : context_(context) {}
  Wait(const Wait&) = delete;
  Wait& operator=(const Wait&) = delete;
  ~Wait() override {
    if (timer_) context_.loop().forget(timer_);
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

  // Whoever goes on is not to be stopped: its frame may keep this one a while longer.
  void resume() {
    leave();
    waiter_.resume();
  }

  Context& context_;

 private:
  std::coroutine_handle<> waiter_;
  Loop::Id timer_ = 0;
};

}  // namespace brickwork
