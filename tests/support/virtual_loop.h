#pragma once

#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/context.h"

namespace brickwork {

// A loop whose clock jumps to the next timer: hours of polling take no time, and every race has an exact order. The
// world outside is one function, called when a request arrives.
class VirtualLoop : public Loop {
 public:
  struct Reply {
    Outcome outcome;
    milliseconds after{1};  // how long the answer takes
  };
  using Server = std::function<Reply(const HttpRequest&)>;

  explicit VirtualLoop(Server server = {}) : server_(std::move(server)) {}

  Instant now() const override { return now_; }
  std::int64_t unix_ms() const override {
    return 1'763'700'000'000 + std::chrono::duration_cast<milliseconds>(now_.time_since_epoch()).count();
  }
  double uniform() override { return jitter; }

  Id at(Instant when, std::function<void()> wake) override {
    const Id id = ++last_id_;
    if (when == Instant::max()) return id;
    when_.emplace(id, std::max(when, now_));
    timers_.emplace(std::pair(std::max(when, now_), id), std::move(wake));
    return id;
  }

  Id send(HttpRequest request, std::function<void(Outcome)> done) override {
    requests.push_back(request);
    Reply reply = server_(request);
    return at(now_ + reply.after,
              [done = std::move(done), outcome = std::move(reply.outcome)]() mutable { done(std::move(outcome)); });
  }

  void forget(Id id) override {
    const auto found = when_.find(id);
    if (found == when_.end()) return;
    timers_.erase({found->second, id});
    when_.erase(found);
  }

  // Calls `what` at a moment of the virtual clock, counted from now: a cancel, a server that comes back.
  void later(milliseconds delay, std::function<void()> what) { at(now_ + delay, std::move(what)); }

  // Drives the task to its end. A task that waits for nothing that could ever come is a bug, and says so.
  template <class T>
  T run(Task<T> task) {
    std::optional<T> result;
    std::exception_ptr thrown;
    bool done = false;
    start<T>(std::move(task), [&](std::optional<T> value, std::exception_ptr error) {
      result = std::move(value);
      thrown = error;
      done = true;
    });
    while (!done) {
      if (timers_.empty()) throw std::logic_error("a task waits for something that can never come");
      step();
    }
    if (thrown) std::rethrow_exception(thrown);
    return std::move(*result);
  }

  // Runs what is due until nothing is left to do.
  void drain() {
    while (!timers_.empty()) step();
  }

  std::vector<HttpRequest> requests;  // all that were sent, in order
  double jitter = 0.5;

 private:
  void step() {
    auto node = timers_.extract(timers_.begin());
    now_ = node.key().first;
    when_.erase(node.key().second);
    node.mapped()();
  }

  Server server_;
  Instant now_{};
  Id last_id_ = 0;
  std::map<std::pair<Instant, Id>, std::function<void()>> timers_;  // by time, then by order of asking
  std::unordered_map<Id, Instant> when_;
};

// A JSON answer, as most of the API's are.
inline VirtualLoop::Reply answer(int status, std::string body, Headers headers = {}) {
  headers.emplace_back("content-type", "application/json");
  return {.outcome = {.response = {.status = status, .headers = std::move(headers), .body = std::move(body)}}};
}

}  // namespace brickwork
