#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "engine/http.h"

namespace brickwork {

using Instant = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;

// All that an operation may ask of the world: time, chance, and bytes. One thread runs everything in it; the real one
// is CurlLoop, tests use a VirtualLoop whose clock jumps to the next timer. Callbacks run on the loop's thread, never
// from inside the call that asked for them.
class Loop {
 public:
  using Id = std::uint64_t;  // never 0, never used twice

  virtual ~Loop() = default;

  virtual Instant now() const = 0;
  virtual std::int64_t unix_ms() const = 0;  // wall clock: for documents and tokens, never for waiting
  virtual double uniform() = 0;              // [0, 1)

  virtual Id at(Instant when, std::function<void()> wake) = 0;
  virtual Id send(HttpRequest request, std::function<void(Outcome)> done) = 0;

  // Forgets a timer or a transfer: its callback will not run. Unknown and finished ids are ignored.
  virtual void forget(Id id) = 0;
};

}  // namespace brickwork
