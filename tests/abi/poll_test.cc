#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <thread>

#include "abi/library.h"
#include "abi/loopback_server.h"
#include "abi/process_info.h"

namespace brickwork::abi_test {
namespace {

constexpr char kNowhere[] = R"({"host": "http://127.0.0.1:9", "environment": false})";
constexpr int kOperations = 3'000;
constexpr int kPatienceMs = 20'000;

// Waits until the descriptor is readable; false when that took longer than anything here can.
using Wait = std::function<bool(int timeout_ms)>;

int done_among(const Client& client, std::size_t capacity) {
  int done = 0;
  for (const bw_event& event : client.drain(capacity)) {
    done += event.kind == BW_EV_DONE;
    EXPECT_EQ(api().op_drop(client.get(), event.op), BW_OK);
  }
  return done;
}

// A host whose loop sleeps in `wait`. Level-triggered ones may take one event at each turn; edge-triggered ones take
// all.
void expect_every_done(const Client& client, const Wait& wait, bool drains_all) {
  std::thread starter([&client] {
    for (int i = 0; i < kOperations; ++i) {
      client.start(BW_GROUP_LINT, R"({"group": {}})");
      if (i % 97 == 0) std::this_thread::yield();
    }
  });
  int done = 0;
  int wakes = 0;
  while (done < kOperations) {
    if (!wait(kPatienceMs)) break;
    ++wakes;
    if (!drains_all) {
      const int now = done_among(client, 1);
      EXPECT_EQ(now, 1) << "woken for nothing";
      done += now;
    } else {
      while (const int now = done_among(client, 7)) done += now;
    }
  }
  starter.join();
  EXPECT_EQ(done, kOperations) << "a wake-up was missed";
  EXPECT_LE(wakes, kOperations + 1) << "it spins";
  EXPECT_FALSE(wait(0)) << "readable with no event";
}

Wait by_poll(int fd) {
  return [fd](int timeout_ms) {
    pollfd waiting{fd, POLLIN, 0};
    return poll(&waiting, 1, timeout_ms) == 1;
  };
}

Wait by_select(int fd) {
  return [fd](int timeout_ms) {
    fd_set readable;
    FD_ZERO(&readable);
    FD_SET(fd, &readable);
    timeval timeout{timeout_ms / 1000, timeout_ms % 1000 * 1000};
    return select(fd + 1, &readable, nullptr, nullptr, &timeout) == 1;
  };
}

struct Epoll {
  explicit Epoll(int fd, std::uint32_t events) : set(epoll_create1(EPOLL_CLOEXEC)) {
    epoll_event event{};
    event.events = events;
    epoll_ctl(set, EPOLL_CTL_ADD, fd, &event);
  }
  ~Epoll() { close(set); }

  Wait wait() const {
    return [set = set](int timeout_ms) {
      epoll_event event{};
      return epoll_wait(set, &event, 1, timeout_ms) == 1;
    };
  }

  int set;
};

TEST(Poller, MissesNoEventWithPollTakingOneAtATime) {
  const Client client(api(), kNowhere);
  expect_every_done(client, by_poll(client.fd()), false);
}

TEST(Poller, MissesNoEventWithSelectOnAHighDescriptor) {
  const Client client(api(), kNowhere);
  const int high = fcntl(client.fd(), F_DUPFD_CLOEXEC, 1000);
  ASSERT_GE(high, 1000);
  ASSERT_LT(high, FD_SETSIZE);
  expect_every_done(client, by_select(high), false);
  close(high);
}

TEST(Poller, MissesNoEventWithLevelTriggeredEpoll) {
  const Client client(api(), kNowhere);
  const Epoll epoll(client.fd(), EPOLLIN);
  expect_every_done(client, epoll.wait(), false);
}

TEST(Poller, MissesNoEventWithEdgeTriggeredEpollTakingAll) {
  const Client client(api(), kNowhere);
  const Epoll epoll(client.fd(), EPOLLIN | EPOLLET);
  expect_every_done(client, epoll.wait(), true);
}

TEST(Poller, MissesNoEventWithEventsWait) {
  const Client client(api(), kNowhere);
  const Wait wait = [&client](int timeout_ms) { return api().events_wait(client.get(), timeout_ms) == BW_OK; };
  expect_every_done(client, wait, false);
  EXPECT_EQ(api().events_wait(client.get(), 0), BW_DEADLINE_EXCEEDED);
  EXPECT_EQ(api().events_wait(client.get(), 20), BW_DEADLINE_EXCEEDED);
}

TEST(Poller, GivesEachEventToOneOfTwoDrainers) {
  const Client client(api(), kNowhere);
  std::atomic<int> done{0};
  const auto drain = [&] {
    while (done < kOperations && api().events_wait(client.get(), kPatienceMs) == BW_OK) {
      done += done_among(client, 3);
      if (done >= kOperations) client.start(BW_GROUP_LINT, "{}");  // wakes the other one
    }
  };
  std::thread first(drain);
  std::thread second(drain);
  for (int i = 0; i < kOperations; ++i) client.start(BW_GROUP_LINT, R"({"group": {}})");
  first.join();
  second.join();
  EXPECT_GE(done, kOperations);
  EXPECT_LE(done, kOperations + 2);
}

TEST(Poller, WakesEveryThreadThatWaits) {
  const Client client(api(), kNowhere);
  std::vector<std::thread> waiters;
  std::atomic<int> woken{0};
  for (int i = 0; i < 4; ++i) waiters.emplace_back([&] { woken += api().events_wait(client.get(), -1) == BW_OK; });
  client.start(BW_GROUP_LINT, "{}");
  for (std::thread& waiter : waiters) waiter.join();
  EXPECT_EQ(woken, 4);
}

TEST(Poller, IsNotCheatedByAHostThatStopsInTheMiddle) {
  const Client client(api(), kNowhere);
  for (int i = 0; i < 10; ++i) client.start(BW_GROUP_LINT, "{}");
  for (int left = 10; left > 0; --left) {
    ASSERT_EQ(api().events_wait(client.get(), kPatienceMs), BW_OK);
    ASSERT_EQ(client.drain(1).size(), 1u);
  }
  EXPECT_EQ(api().events_wait(client.get(), 0), BW_DEADLINE_EXCEEDED);
}

TEST(Poller, TakesBackTheWakeUpOfADroppedOperation) {
  const Client client(api(), kNowhere);
  const std::uint64_t op = client.start(BW_GROUP_LINT, "{}");
  ASSERT_EQ(api().events_wait(client.get(), kPatienceMs), BW_OK);
  EXPECT_EQ(api().op_drop(client.get(), op), BW_OK);
  EXPECT_EQ(api().events_wait(client.get(), 0), BW_DEADLINE_EXCEEDED);
  EXPECT_TRUE(client.drain().empty());
}

TEST(Poller, StillGivesTheDoneOfAnOperationThatWasTakenFirst) {
  const Client client(api(), kNowhere);
  const std::uint64_t op = client.start(BW_GROUP_LINT, R"({"group": {}})", 0, 9);
  ASSERT_EQ(api().events_wait(client.get(), kPatienceMs), BW_OK);
  EXPECT_EQ(take(api(), client.get(), op).status, BW_OK);
  const std::vector<bw_event> events = client.drain();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].tag, 9u);
  EXPECT_EQ(api().op_drop(client.get(), op), BW_NOT_FOUND);
}

TEST(Poller, SleepsWhileNothingHappens) {
  LoopbackServer server;
  const Client client(api(), connection_to(server.url()));
  const std::uint64_t op = client.start(BW_REST, R"({"path": "/wait"})");
  while (server.requests() == 0) std::this_thread::yield();
  client.drain();
  const auto before = cpu_time();
  EXPECT_EQ(api().events_wait(client.get(), 500), BW_DEADLINE_EXCEEDED);
  EXPECT_LT(cpu_time() - before, std::chrono::milliseconds(25));
  server.release();
  EXPECT_EQ(client.wait_done(op).status, BW_OK);
}

}  // namespace
}  // namespace brickwork::abi_test
