#pragma once

#include <functional>
#include <map>
#include <unordered_map>
#include <utility>

#include "engine/loop.h"

namespace brickwork {

// What is to run when, by time and then by order of asking. One thread.
class Timers {
 public:
  // Instant::max() is never due, so nothing is kept for it.
  void add(Loop::Id id, Instant when, std::function<void()> wake) {
    if (when == Instant::max()) return;
    when_.emplace(id, when);
    try {
      timers_.emplace(std::pair(when, id), std::move(wake));
    } catch (...) {
      when_.erase(id);
      throw;
    }
  }

  bool forget(Loop::Id id) {
    const auto found = when_.find(id);
    if (found == when_.end()) return false;
    timers_.erase({found->second, id});
    when_.erase(found);
    return true;
  }

  bool empty() const { return timers_.empty(); }
  Instant next() const { return timers_.empty() ? Instant::max() : timers_.begin()->first.first; }

  // The first one that is due at `now` and was asked for before `younger_than`, taken out; empty when there is none.
  std::function<void()> take_due(Instant now, Loop::Id younger_than) {
    const auto first = timers_.begin();
    if (first == timers_.end() || first->first.first > now || first->first.second >= younger_than) return {};
    auto node = timers_.extract(first);
    when_.erase(node.key().second);
    return std::move(node.mapped());
  }

 private:
  std::map<std::pair<Instant, Loop::Id>, std::function<void()>> timers_;
  std::unordered_map<Loop::Id, Instant> when_;
};

}  // namespace brickwork
