#include "host_loop.h"

#include <poll.h>

#include <cerrno>

#include "interrupt.h"

namespace brickwork::cli {
namespace {

constexpr int kTickMs = 1000;

// Whether the operation is over.
bool serve_events(const Client& client, const Operation& operation,
                  const std::function<void(const std::string&)>& on_progress) {
  bool done = false;
  bool progressed = false;
  const std::vector<bw_event> events = client.drain().value();
  for (const bw_event& event : events) {
    if (event.op != operation.id()) continue;
    done = done || event.kind == BW_EV_DONE;
    progressed = progressed || event.kind == BW_EV_PROGRESS;
  }
  // The last progress often comes in the same breath as the end; it is shown before the end is told.
  if (progressed && on_progress) {
    if (const auto latest = operation.peek().value()) on_progress(*latest);
  }
  return done;
}

}  // namespace

Followed follow(const Client& client, std::uint32_t verb, const std::string& request, std::int64_t timeout_ms,
                const std::function<void(const std::string&)>& on_progress, const std::function<void()>& on_tick) {
  const InterruptGuard interrupt;
  Result<Operation> started = client.start(verb, request, 0, timeout_ms);
  if (!started) return {started.error()};
  Operation operation = std::move(started).value();

  pollfd watched[2] = {{client.event_fd().value(), POLLIN, 0}, {interrupt.fd(), POLLIN, 0}};
  bool interrupted = false;
  for (;;) {
    // An interrupted loop no longer looks at the signal pipe, which stays readable.
    const int ready = poll(watched, interrupted ? 1 : 2, kTickMs);
    if (ready < 0 && errno != EINTR) return {Error(BW_INTERNAL, "poll failed")};
    if (ready > 0 && watched[1].revents != 0 && !interrupted) {
      interrupted = true;
      operation.cancel();
    }
    if (ready > 0 && serve_events(client, operation, on_progress)) return {operation.take(), interrupted};
    if (ready <= 0 && on_tick) on_tick();
  }
}

}  // namespace brickwork::cli
