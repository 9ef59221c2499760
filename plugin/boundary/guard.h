#pragma once

#include <pthread.h>

#include <exception>
#include <new>

#include "boundary/error.h"

namespace brickwork::boundary {

#ifdef BRICKWORK_FAULTS
void fault_point();  // tests/abi/faulty: throws what the test asked for, inside the slot
#else
inline void fault_point() {}
#endif

// A thread that is cancelled inside the library would unwind through locks and through C frames. Its cancellation waits
// until the slot is done.
class NotCancellable {
 public:
  NotCancellable() noexcept { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
  ~NotCancellable() { pthread_setcancelstate(before_, nullptr); }
  NotCancellable(const NotCancellable&) = delete;
  NotCancellable& operator=(const NotCancellable&) = delete;

 private:
  int before_ = PTHREAD_CANCEL_ENABLE;
};

// PENDING is an answer, not an error; the object would be made and thrown away at each poll.
inline bw_status report(const Status& status, bw_error** error) {
  if (error != nullptr && !status.ok() && status.code() != Code::kPending) *error = make_error(status);
  return static_cast<bw_status>(status.code());
}

inline bw_status report_out_of_memory(bw_error** error) noexcept {
  if (error != nullptr) *error = out_of_memory_error();
  return BW_RESOURCE_EXHAUSTED;
}

// What was thrown is not shown: it may quote a document.
inline bw_status report_fault(bw_error** error) noexcept {
  try {
    return report(failure(Code::kInternal, "the library failed inside this call; please report it"), error);
  } catch (...) {
    return report_out_of_memory(error);
  }
}

// A body that has already reported says so by returning the number.
inline bw_status report(bw_status reported, bw_error**) { return reported; }

// Every slot's body runs in here, and nothing leaves it but a status.
template <class Body>
bw_status guard(bw_error** error, Body&& body) noexcept {
  const NotCancellable not_cancellable;
  try {
    fault_point();
    const auto status = body();
    return report(status, error);
  } catch (const std::bad_alloc&) {
    return report_out_of_memory(error);
  } catch (...) {
    return report_fault(error);
  }
}

}  // namespace brickwork::boundary
