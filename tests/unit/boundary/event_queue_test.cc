#include "boundary/event_queue.h"

#include <gtest/gtest.h>
#include <poll.h>

namespace brickwork::boundary {
namespace {

bool readable(const EventQueue& queue) {
  pollfd waiting{queue.fd(), POLLIN, 0};
  return poll(&waiting, 1, 0) == 1;
}

class EventQueueTest : public testing::Test {
 protected:
  EventQueueTest() { EXPECT_TRUE(queue_.open().ok()); }

  EventQueue queue_;
  EventQueue::Node first_, second_, third_;
};

TEST_F(EventQueueTest, GivesNodesInTheOrderTheyCame) {
  queue_.push(first_);
  queue_.push(second_);
  queue_.push(third_);
  EXPECT_EQ(queue_.pop(), &first_);
  EXPECT_EQ(queue_.pop(), &second_);
  EXPECT_EQ(queue_.pop(), &third_);
  EXPECT_EQ(queue_.pop(), nullptr);
}

TEST_F(EventQueueTest, KeepsANodeThatWaitsAlreadyWhereItStands) {
  queue_.push(first_);
  queue_.push(second_);
  queue_.push(first_);
  EXPECT_EQ(queue_.pop(), &first_);
  EXPECT_EQ(queue_.pop(), &second_);
  EXPECT_TRUE(queue_.empty());
}

TEST_F(EventQueueTest, IsReadableExactlyWhileSomethingWaits) {
  EXPECT_FALSE(readable(queue_));
  for (int round = 0; round < 3; ++round) {
    queue_.push(first_);
    queue_.push(second_);
    EXPECT_TRUE(readable(queue_));
    queue_.pop();
    EXPECT_TRUE(readable(queue_));
    queue_.pop();
    EXPECT_FALSE(readable(queue_));
  }
}

TEST_F(EventQueueTest, TakesANodeOutOfAnyPlace) {
  for (EventQueue::Node* removed : {&first_, &second_, &third_}) {
    queue_.push(first_);
    queue_.push(second_);
    queue_.push(third_);
    queue_.remove(*removed);
    queue_.remove(*removed);
    for (EventQueue::Node* node : {&first_, &second_, &third_}) {
      if (node != removed) {
        EXPECT_EQ(queue_.pop(), node);
      }
    }
    EXPECT_FALSE(readable(queue_));
  }
}

TEST_F(EventQueueTest, IsNotReadableWhenTheLastOneWasTakenBack) {
  queue_.push(first_);
  queue_.remove(first_);
  EXPECT_FALSE(readable(queue_));
}

}  // namespace
}  // namespace brickwork::boundary
