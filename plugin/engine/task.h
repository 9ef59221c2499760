#pragma once

#include <coroutine>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

namespace brickwork {

// A step of an operation that may have to wait: a lazy coroutine with one waiter, on one thread. It starts when it is
// awaited, and hands its value straight to the waiter: a loop of a million awaits uses no stack.
//
// Rules, because g++ 12 miscompiles some shapes: no co_await inside ?:, braced initialisers or default arguments, and
// an awaited temporary gets a name first. Parameters that must outlive a suspension are taken by value.
template <class T>
class [[nodiscard]] Task {
 public:
  struct promise_type {
    std::optional<T> value;
    std::exception_ptr thrown;
    std::coroutine_handle<> waiter;

    Task get_return_object() { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }

    struct HandOver {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> self) noexcept {
        const std::coroutine_handle<> waiter = self.promise().waiter;
        return waiter ? waiter : std::noop_coroutine();
      }
      void await_resume() noexcept {}
    };
    HandOver final_suspend() noexcept { return {}; }

    template <class U>
    void return_value(U&& result) {
      value.emplace(std::forward<U>(result));
    }
    void unhandled_exception() { thrown = std::current_exception(); }
  };

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  // A task that ends without waiting returns to here, and its waiter goes on without having been suspended. Handing
  // over in both directions would need the compiler's help to keep the stack flat, and g++ gives it only when it
  // optimises.
  bool await_suspend(std::coroutine_handle<> waiter) noexcept {
    handle_.resume();
    if (handle_.done()) return false;
    handle_.promise().waiter = waiter;
    return true;
  }
  T await_resume() {
    promise_type& promise = handle_.promise();
    if (promise.thrown) std::rethrow_exception(promise.thrown);
    return std::move(*promise.value);
  }

  // To be awaited in place of the task by whoever takes its value later, from another frame.
  struct End {
    Task& task;
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> waiter) noexcept { return task.await_suspend(waiter); }
    void await_resume() const noexcept {}
  };
  End end() { return {*this}; }

 private:
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}

  std::coroutine_handle<promise_type> handle_;
};

// The bottom of a stack of tasks: frees itself at its end.
struct Detached {
  struct promise_type {
    Detached get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    // `start` catches what its task throws; what its `done` throws has nobody left to hear it.
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

template <class T>
using Done = std::function<void(std::optional<T>, std::exception_ptr)>;

// Not in the coroutine below, whose frame lives as long as the operation.
template <class T>
void hand_out(Task<T>& task, const Done<T>& done) {
  std::optional<T> value;
  std::exception_ptr thrown;
  try {
    // Gone before `done` hears of it: a receiver may free what the task's parameters refer to.
    Task<T> ended = std::move(task);
    value.emplace(ended.await_resume());
  } catch (...) {
    thrown = std::current_exception();
  }
  done(std::move(value), thrown);
}

// Runs `task` until its first wait, now; `done` gets its value or what it threw (then the value is empty), once.
template <class T>
Detached start(Task<T> task, Done<T> done) {
  typename Task<T>::End end = task.end();
  co_await end;
  hand_out(task, done);
}

}  // namespace brickwork
