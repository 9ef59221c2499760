#pragma once

#include <boost/json.hpp>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "boundary/event_queue.h"
#include "boundary/log_ring.h"
#include "boundary/unseen_logs.h"

namespace brickwork::boundary {

// What a client's operations look like from outside: the side of the host's threads, with one lock. The loop's thread
// puts outcomes in, the host takes them out. Ids are never used twice in a process.
class Mailbox {
 public:
  using Id = std::uint64_t;
  // The host's own log function; without one, lines wait in the ring.
  struct HostLog {
    void (*function)(void* data, std::int32_t level, const char* line, std::size_t size) = nullptr;
    void* data = nullptr;
  };
  enum class Events { kYes, kNone };  // kNone: for `call`, which waits in `wait_for`

  explicit Mailbox(HostLog log);

  Status open() { return queue_.open(); }
  void close_fds() noexcept { queue_.close_fds(); }
  int event_fd() const { return queue_.fd(); }

  // ---- the host's threads
  Result<Id> admit(std::uint64_t tag, Events events);
  void discard(Id id) noexcept;  // as if it had never been admitted
  bool knows(Id id) const;
  Status check(Id id) const;  // NOT_FOUND for what it does not know
  void wait_for(Id id);
  Status peek(Id id, bw_bytes* json);
  // As op_take, its error included. When it throws, the operation is still there.
  bw_status take(Id id, bw_bytes* json, bw_error** error);
  Status drop(Id id);
  std::size_t drain(bw_event* events, std::size_t stride, std::size_t capacity) noexcept;
  Status take_log(bw_bytes* lines);

  // ---- any thread, mostly the loop's
  // Replaces the document before it. What had changed in those that nobody looked at is added to its "changed", so that
  // a host which peeks seldom misses nothing; "logs" are kept in the same way. Returns what is kept, null when the
  // operation is over.
  std::shared_ptr<const std::string> progress(Id id, boost::json::object document);
  // The end of an operation: exactly one DONE, which needs no memory.
  void complete(Id id, Status status, std::string json) noexcept;
  // For an outcome that found no memory. Another error than that of a call which found none: this one is final.
  Status no_memory() const noexcept { return no_memory_; }
  void want_secret() noexcept;
  void log(int level, std::string_view line) noexcept;

 private:
  struct Operation {
    EventQueue::Node done;
    EventQueue::Node progress;
    Status status;
    std::string response;
    std::shared_ptr<const std::string> latest;  // progress document, which a parked watch reads again
    std::unique_ptr<UnseenLogs> logs;           // until somebody has looked; null while there are none
    std::condition_variable* waiter = nullptr;  // of wait_for
    bool announces = true;
    bool unseen = false;  // nobody has looked at `latest`
    bool finished = false;
    bool gone = false;  // taken or dropped: stays until its DONE is drained, or until it has stopped
  };

  Operation* find(Id id) const;
  void add_to_ring(int level, std::string_view line);

  const HostLog host_log_;
  const Status no_memory_;  // made while there is some
  std::mutex log_mutex_;    // the host's function is called by one thread at a time
  mutable std::mutex mutex_;
  std::unordered_map<Id, std::unique_ptr<Operation>> operations_;
  std::size_t open_ = 0;  // those that are not gone
  EventQueue queue_;
  EventQueue::Node secret_;
  EventQueue::Node log_;
  LogRing ring_;
};

}  // namespace brickwork::boundary
