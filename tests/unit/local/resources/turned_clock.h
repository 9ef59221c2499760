#pragma once

#include <map>

#include "local/jobs/clock.h"

namespace brickwork::local {

// Time passes when a test says so, and what is due then happens before it goes on.
class TurnedClock final : public Clock {
 public:
  std::int64_t now_ms() override { return now_; }
  void call_at(std::int64_t time_ms, std::function<void()> action) override {
    actions_.emplace(time_ms, std::move(action));
  }
  void turn(std::int64_t milliseconds) {
    const std::int64_t until = now_ + milliseconds;
    while (!actions_.empty() && actions_.begin()->first <= until) {
      auto first = actions_.extract(actions_.begin());
      now_ = first.key();
      first.mapped()();
    }
    now_ = until;
  }

 private:
  std::int64_t now_ = 1'763'700'000'000;
  std::multimap<std::int64_t, std::function<void()>> actions_;
};

}  // namespace brickwork::local
