#pragma once

#include <cstdint>
#include <functional>

#include "engine/loop.h"

namespace brickwork {

// The real loop: one thread that sleeps in curl_multi_poll. It starts with the first `post`, so that opening a client
// before a fork costs no thread, and ends in `stop`. All signals are blocked in it.
//
// The members of Loop belong to its thread; those declared here may be called from any thread.
class CurlLoop final : public Loop {
 public:
  CurlLoop();
  // Stops. In a process that was forked off the one that made it, it leaks instead: cleaning up would write into the
  // parent's connections.
  ~CurlLoop() override;
  CurlLoop(const CurlLoop&) = delete;
  CurlLoop& operator=(const CurlLoop&) = delete;

  // Runs `work` on the loop's thread, in the order of the calls. False, and nothing runs, once the loop was stopped or
  // belongs to another process. What `work` throws is lost: it answers for its own errors.
  bool post(std::function<void()> work);

  // Lets operations that were cancelled come to their end, then joins the thread. Whatever still waits after `grace`
  // is forgotten: its callbacks never run. Not from the loop's own thread. The second call does nothing.
  void stop(milliseconds grace = milliseconds(1000));

  bool on_loop_thread() const;
  bool forked() const;  // made in another process than this one

  Instant now() const override;
  std::int64_t unix_ms() const override;
  double uniform() override;
  Id at(Instant when, std::function<void()> wake) override;
  Id send(HttpRequest request, std::function<void(Outcome)> done) override;
  void forget(Id id) override;

 private:
  struct State;
  State* state_;  // leaked in a forked child
};

}  // namespace brickwork
