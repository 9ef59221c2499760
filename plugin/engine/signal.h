#pragma once

#include "engine/chain.h"
#include "engine/wait.h"

namespace brickwork {

// Waiters of several operations on one event, such as a token that is being fetched once for all of them.
//
//   Signal::Waiter waiting = signal.wait(context);
//   const Status status = co_await waiting;
//
// Not a Task: a hundred thousand wait at the same time, and this is part of the frame that waits.
class Signal {
 public:
  class Waiter final : public Wait, public Chain<Waiter>::Place {
   public:
    // Asks at once when the operation was stopped already.
    bool await_ready() const { return !context_.stopped().ok(); }
    void await_suspend(std::coroutine_handle<> waiter);
    Status await_resume();

   private:
    friend class Signal;
    Waiter(Context& context, Signal& signal, Instant until) : Wait(context), signal_(signal), until_(until) {}
    void notify();

    Signal& signal_;
    const Instant until_;
    bool notified_ = false;
  };

  // Ok after the next notify_all; sooner, with the reason, when the operation was cancelled or ran into its deadline.
  Waiter wait(Context& context) { return wait_until(context, Instant::max()); }
  // The same, but no longer than until `until`: then, too, the answer is Ok.
  Waiter wait_until(Context& context, Instant until) { return Waiter(context, *this, until); }

  void notify_all();                                     // wakes those who wait now, from the loop, in order
  bool is_awaited() const { return !waiters_.empty(); }  // by somebody who was not woken yet

 private:
  Chain<Waiter> waiters_;
};

}  // namespace brickwork
