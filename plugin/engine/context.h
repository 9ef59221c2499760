#pragma once

#include <chrono>
#include <vector>

#include "engine/chain.h"
#include "engine/loop.h"
#include "engine/status.h"
#include "engine/task.h"

namespace brickwork {

// One operation of a host: its one deadline, and whether it was cancelled. Handed down by reference through every step,
// so that no layer invents a timeout of its own. Lives on the loop's thread, longer than every task that sees it.
class Context {
 public:
  Context(Loop& loop, Instant deadline) : loop_(loop), deadline_(deadline) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  Loop& loop() { return loop_; }
  Instant deadline() const { return deadline_; }
  milliseconds time_left() const;

  // Ok while the operation may go on; CANCELLED or DEADLINE_EXCEEDED afterwards.
  Status stopped() const;

  // Ends every wait of this operation with CANCELLED. Harmless twice, and worth it when the first one found no memory.
  void cancel();

  // A wait while it is parked; `stop` is called from cancel().
  struct Parked : Chain<Parked>::Place {
    virtual ~Parked() = default;
    virtual void stop() = 0;
  };
  void park(Parked& parked) { parked_.join(parked); }

 private:
  Loop& loop_;
  Instant deadline_;
  bool cancelled_ = false;
  Chain<Parked> parked_;
};

// Ok after `duration`; sooner, with the reason, when the operation was cancelled or ran into its deadline.
Task<Status> sleep_for(Context& context, milliseconds duration);

// One request, one answer, no retry. A cancelled or late operation gets its reason instead; then nobody knows whether
// the server took the request, and `sent` says so.
Task<Result<Outcome>> exchange(Context& context, HttpRequest request);

// Runs the tasks of one operation side by side and returns their values in the order given.
template <class T>
Task<std::vector<T>> all(Context& context, std::vector<Task<T>> tasks);

}  // namespace brickwork

#include "engine/all.h"
