#pragma once

#include <string>

#include "brickwork/plugin.h"
#include "engine/status.h"

namespace brickwork::boundary {

// Events that wait for the host, and the pipe that says so to its poll. Nodes belong to what the event is about, so
// that announcing it needs no memory and cannot fail, and the same kind of news waits only once. The owner's lock is
// held around every member.
class EventQueue {
 public:
  struct Node {
    bw_event event{};
    Node* previous = nullptr;
    Node* next = nullptr;
    bool queued = false;
  };

  EventQueue() = default;
  ~EventQueue();
  EventQueue(const EventQueue&) = delete;
  EventQueue& operator=(const EventQueue&) = delete;

  Status open();
  int fd() const { return read_fd_; }
  bool empty() const { return first_ == nullptr; }

  // At the end of the queue, stamped with the time; where it stands if it is there already.
  void push(Node& node) noexcept;
  void remove(Node& node) noexcept;
  Node* pop() noexcept;

  // In a forked child: gives the descriptors back and touches nothing the parent sees.
  void close_fds() noexcept;

 private:
  void unlink(Node& node) noexcept;
  void now_readable() noexcept;
  void now_empty() noexcept;

  Node* first_ = nullptr;
  Node* last_ = nullptr;
  int read_fd_ = -1;
  int write_fd_ = -1;
};

}  // namespace brickwork::boundary
