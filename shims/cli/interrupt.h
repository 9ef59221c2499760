#pragma once

namespace brickwork::cli {

// Turns SIGINT and SIGTERM into a readable descriptor for the host loop while it lives. A second signal ends the
// program at once: somebody who presses Ctrl-C twice does not want to wait for anybody's answer.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  int fd() const;  // stays readable once a signal came
};

}  // namespace brickwork::cli
