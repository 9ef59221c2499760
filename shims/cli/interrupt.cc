#include "interrupt.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "exit_status.h"

namespace brickwork::cli {
namespace {

int wake_up[2] = {-1, -1};
volatile sig_atomic_t signals_seen = 0;

extern "C" void on_signal(int) {
  signals_seen = signals_seen + 1;
  if (signals_seen > 1) _exit(kInterrupted);
  const char byte = 1;
  // A full pipe is as readable as one with a byte more.
  [[maybe_unused]] const ssize_t written = write(wake_up[1], &byte, 1);
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigaction(signal, &action, nullptr);
}

}  // namespace

InterruptGuard::InterruptGuard() {
  if (pipe2(wake_up, O_CLOEXEC | O_NONBLOCK) != 0) throw Stop(kOurFault, "cannot make a pipe");
  signals_seen = 0;
  handle(SIGINT, on_signal);
  handle(SIGTERM, on_signal);
}

InterruptGuard::~InterruptGuard() {
  handle(SIGINT, SIG_DFL);
  handle(SIGTERM, SIG_DFL);
  for (int& fd : wake_up) {
    close(fd);
    fd = -1;
  }
}

int InterruptGuard::fd() const { return wake_up[0]; }

}  // namespace brickwork::cli
