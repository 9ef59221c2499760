#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <unordered_set>

#include "abi/library.h"
#include "abi/loopback_server.h"

namespace brickwork::abi_test {
namespace {

constexpr int kThreads = 8;
constexpr int kEach = 1'250;

// What happened to one operation, by its tag.
struct Fate {
  std::atomic<int> done{0};
  std::atomic<bool> dropped{false};
  std::atomic<bool> done_after_drop{false};
};

struct Stage {
  explicit Stage(const Client& stage_client) : client(stage_client) {}

  const Client& client;
  std::vector<Fate> fates = std::vector<Fate>(kThreads * kEach);
  std::atomic<int> done{0};
  std::atomic<int> dropped{0};
  std::mutex order;  // a drain and a drop are one after the other, so that "after" has a meaning
  std::mutex ids_mutex;
  std::unordered_set<std::uint64_t> ids;
  std::atomic<int> repeated_ids{0};
};

void drain(Stage& stage) {
  const std::lock_guard lock(stage.order);
  for (const bw_event& event : stage.client.drain(16)) {
    if (event.kind != BW_EV_DONE) continue;
    Fate& fate = stage.fates[event.tag];
    ++fate.done;
    ++stage.done;
    if (fate.dropped) fate.done_after_drop = true;
  }
}

void drop(Stage& stage, std::uint64_t op, std::uint64_t tag) {
  const std::lock_guard lock(stage.order);
  if (api().op_drop(stage.client.get(), op) != BW_OK) return;
  stage.fates[tag].dropped = true;
  ++stage.dropped;
}

const char* body_of(int kind) {
  switch (kind % 4) {
    case 0:
      return R"({"path": "/answer"})";
    case 1:
      return R"({"path": "/break"})";
    default:
      return R"({"path": "/wait"})";
  }
}

void play(Stage& stage, int thread) {
  std::mt19937 random(static_cast<unsigned>(thread));
  for (int i = 0; i < kEach; ++i) {
    const std::uint64_t tag = static_cast<std::uint64_t>(thread * kEach + i);
    const int act = static_cast<int>(random() % 5);
    const bool pure = random() % 4 == 0;
    const std::uint64_t op = pure ? stage.client.start(BW_GROUP_LINT, R"({"group": {}})", 0, tag)
                                  : stage.client.start(BW_REST, body_of(static_cast<int>(random() % 4)),
                                                       1 + static_cast<std::int64_t>(random() % 20), tag);
    {
      const std::lock_guard lock(stage.ids_mutex);
      stage.repeated_ids += !stage.ids.insert(op).second;
    }
    if (act == 0) {
      EXPECT_EQ(api().op_cancel(stage.client.get(), op), BW_OK);
    }
    if (act == 1) drop(stage, op, tag);
    if (act == 2) take(api(), stage.client.get(), op);
    if (act == 3) {
      api().op_cancel(stage.client.get(), op);
      drop(stage, op, tag);
    }
  }
}

TEST(Once, GivesOneDoneForEachOf10000OperationsFrom8Threads) {
  LoopbackServer server;
  const Client client(api(), connection_to(server.url()));
  Stage stage(client);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back([&stage, i] { play(stage, i); });
  std::atomic<bool> started_all{false};
  std::thread second_drainer([&] {
    while (!started_all) drain(stage);
  });
  for (std::thread& thread : threads) thread.join();
  started_all = true;
  second_drainer.join();
  // A dropped one may have had its DONE before: the sum counts it twice, so the events decide.
  while (api().events_wait(client.get(), 5'000) == BW_OK) {
    drain(stage);
    int finished = 0;
    for (const Fate& fate : stage.fates) finished += fate.done > 0 || fate.dropped;
    if (finished == kThreads * kEach) break;
  }
  for (const Fate& fate : stage.fates) {
    EXPECT_EQ(fate.done_after_drop, false);
    if (fate.dropped) {
      EXPECT_LE(fate.done, 1);
    } else {
      EXPECT_EQ(fate.done, 1);
    }
  }
  EXPECT_EQ(stage.repeated_ids, 0);
  EXPECT_GT(stage.dropped, 0);
  drain(stage);
  EXPECT_EQ(api().events_wait(client.get(), 0), BW_DEADLINE_EXCEEDED);
}

TEST(Once, ClosesUnderLoadFromManyThreadsWithoutASecondDone) {
  LoopbackServer server;
  for (int round = 0; round < 10; ++round) {
    auto client = std::make_unique<Client>(api(), connection_to(server.url()));
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&client, thread] {
        for (int i = 0; i < 50; ++i) {
          const std::uint64_t op = client->start(BW_REST, body_of(i + thread), 0, 1);
          if (i % 3 == 0) api().op_cancel(client->get(), op);
          if (i % 7 == 0) api().op_drop(client->get(), op);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    std::unordered_set<std::uint64_t> done;
    for (const bw_event& event : client->drain(1'000)) {
      if (event.kind != BW_EV_DONE) continue;
      EXPECT_TRUE(done.insert(event.op).second);
    }
    client.reset();
  }
}

TEST(Once, ServesManyCallsAtOnceOnOneClient) {
  LoopbackServer server;
  const Client client(api(), connection_to(server.url()));
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i)
        good += call(api(), client.get(), spec_of(BW_REST, R"({"path": "/answer"})")).status == BW_OK;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, kThreads * 50);
  for (const bw_event& event : client.drain()) EXPECT_EQ(event.kind, BW_EV_LOG);
}

TEST(Once, RefusesTheOperationAfterTheLastThatFits) {
  const Client client(api(), R"({"host": "http://127.0.0.1:9", "environment": false})");
  std::vector<std::uint64_t> ops;
  for (int i = 0; i < 100'000; ++i) ops.push_back(client.start(BW_GROUP_LINT, "{}"));
  std::uint64_t op = 0;
  const bw_op_spec spec = spec_of(BW_GROUP_LINT, "{}");
  EXPECT_EQ(api().op_start(client.get(), &spec, &op, nullptr), BW_RESOURCE_EXHAUSTED);
  EXPECT_EQ(api().op_drop(client.get(), ops.front()), BW_OK);
  EXPECT_EQ(api().op_start(client.get(), &spec, &op, nullptr), BW_OK);
}

}  // namespace
}  // namespace brickwork::abi_test
