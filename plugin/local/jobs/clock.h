#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace brickwork::local {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::int64_t now_ms() = 0;
  // Calls `action` at that time or soon after it, on a thread of the clock's own.
  virtual void call_at(std::int64_t time_ms, std::function<void()> action) = 0;
};

// The time of this machine, or later when it was turned.
class SystemClock final : public Clock {
 public:
  SystemClock();
  ~SystemClock() override { stop(); }
  void stop();  // actions that are not due yet are dropped

  std::int64_t now_ms() override;
  void call_at(std::int64_t time_ms, std::function<void()> action) override;

  // Never back. What is due by then is called soon after, in its order.
  void advance(std::int64_t by_ms);

 private:
  void run();

  std::atomic<std::int64_t> turned_ms_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<std::int64_t, std::function<void()>> actions_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace brickwork::local
