#include "local/jobs/clock.h"

#include <chrono>
#include <utility>

#include "local/workspace.h"

namespace brickwork::local {

SystemClock::SystemClock() : thread_([this] { run(); }) {}

void SystemClock::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

std::int64_t SystemClock::now_ms() { return local::now_ms() + turned_ms_; }

void SystemClock::advance(std::int64_t by_ms) {
  {
    const std::lock_guard lock(mutex_);
    turned_ms_ += by_ms;
  }
  changed_.notify_one();
}

void SystemClock::call_at(std::int64_t time_ms, std::function<void()> action) {
  {
    const std::lock_guard lock(mutex_);
    actions_.emplace(time_ms, std::move(action));
  }
  changed_.notify_one();
}

void SystemClock::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (actions_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const auto first = actions_.begin();
    const std::int64_t wait_ms = first->first - now_ms();
    if (wait_ms > 0) {
      changed_.wait_for(lock, std::chrono::milliseconds(wait_ms));
      continue;
    }
    std::function<void()> action = std::move(first->second);
    actions_.erase(first);
    lock.unlock();
    action();
    lock.lock();
  }
}

}  // namespace brickwork::local
