#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "engine/context.h"

namespace brickwork {

// Counts tasks down and wakes the one coroutine that waits for the last of them.
class Countdown {
 public:
  explicit Countdown(std::size_t count) : left_(count) {}

  void one_done() {
    if (--left_ == 0 && waiter_) waiter_.resume();
  }

  bool await_ready() const noexcept { return left_ == 0; }
  void await_suspend(std::coroutine_handle<> waiter) noexcept { waiter_ = waiter; }
  void await_resume() const noexcept {}

 private:
  std::size_t left_;
  std::coroutine_handle<> waiter_;
};

// A cancelled operation stops each of the tasks, so this ends when the slowest of them has noticed.
template <class T>
Task<std::vector<T>> all(Context&, std::vector<Task<T>> tasks) {
  std::vector<std::optional<T>> values(tasks.size());
  std::exception_ptr thrown;
  Countdown countdown(tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    try {
      start<T>(std::move(tasks[i]), [&, i](std::optional<T> value, std::exception_ptr error) {
        values[i] = std::move(value);
        if (error) thrown = error;
        countdown.one_done();
      });
    } catch (...) {  // no memory for this one; those that run already refer to this frame, so it has to stay
      thrown = std::current_exception();
      countdown.one_done();
    }
  }
  co_await countdown;
  if (thrown) std::rethrow_exception(thrown);

  std::vector<T> results;
  results.reserve(values.size());
  for (auto& value : values) results.push_back(std::move(*value));
  co_return results;
}

}  // namespace brickwork
