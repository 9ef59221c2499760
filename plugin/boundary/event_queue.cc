#include "boundary/event_queue.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>

namespace brickwork::boundary {
namespace {

std::int64_t unix_ms() {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_1970).count();
}

}  // namespace

EventQueue::~EventQueue() { close_fds(); }

Status EventQueue::open() {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0) {
    return failure(Code::kResourceExhausted,
                   "no file descriptors for the event pipe: " + std::generic_category().message(errno));
  }
  read_fd_ = fds[0];
  write_fd_ = fds[1];
  return Status();
}

void EventQueue::push(Node& node) noexcept {
  if (node.queued) return;
  node.event.at_ms = unix_ms();
  node.queued = true;
  node.previous = last_;
  node.next = nullptr;
  const bool was_empty = empty();
  (was_empty ? first_ : last_->next) = &node;
  last_ = &node;
  if (was_empty) now_readable();
}

void EventQueue::remove(Node& node) noexcept {
  if (!node.queued) return;
  unlink(node);
  if (empty()) now_empty();
}

EventQueue::Node* EventQueue::pop() noexcept {
  Node* node = first_;
  if (node != nullptr) remove(*node);
  return node;
}

void EventQueue::unlink(Node& node) noexcept {
  (node.previous ? node.previous->next : first_) = node.next;
  (node.next ? node.next->previous : last_) = node.previous;
  node.previous = node.next = nullptr;
  node.queued = false;
}

// One byte at each change from empty: readable for level-triggered pollers for as long as events wait, and a new edge
// for the others each time they have drained it all.
void EventQueue::now_readable() noexcept {
  while (write(write_fd_, "", 1) < 0 && errno == EINTR) {
  }
}

void EventQueue::now_empty() noexcept {
  char byte;
  while (read(read_fd_, &byte, 1) < 0 && errno == EINTR) {
  }
}

void EventQueue::close_fds() noexcept {
  if (read_fd_ >= 0) close(read_fd_);
  if (write_fd_ >= 0) close(write_fd_);
  read_fd_ = write_fd_ = -1;
}

}  // namespace brickwork::boundary
