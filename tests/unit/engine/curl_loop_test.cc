#include "engine/curl_loop.h"

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>
#include <vector>

#include "engine/context.h"
#include "engine/host_queue.h"
#include "unit/engine/asking.h"

namespace brickwork {
namespace {

using namespace std::chrono_literals;

int threads_of_this_process() {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) count += !entry.path().empty();
  return count;
}

std::string thread_status(long thread, const std::string& field) {
  std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/status");
  for (std::string line; std::getline(file, line);)
    if (line.rfind(field + ":", 0) == 0) return line.substr(line.find_last_of(" \t") + 1);
  return {};
}

// Nanoseconds on a processor: a thread that spins does not switch, but it runs.
std::string thread_run_time(long thread) {
  std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/schedstat");
  std::string text;
  file >> text;
  return text;
}

TEST(CurlLoop, StartsItsThreadWithTheFirstWorkAndEndsItWithStop) {
  std::thread([] {}).join();  // a sanitizer adds a thread of its own to the first one
  const int before = threads_of_this_process();
  CurlLoop loop;
  EXPECT_EQ(threads_of_this_process(), before);
  EXPECT_TRUE(on_loop(loop, [&] { return loop.on_loop_thread(); }));
  EXPECT_FALSE(loop.on_loop_thread());
  EXPECT_EQ(threads_of_this_process(), before + 1);
  loop.stop();
  EXPECT_EQ(threads_of_this_process(), before);
  EXPECT_FALSE(loop.post([] {}));
}

TEST(CurlLoop, RunsWorkInTheOrderItWasPosted) {
  CurlLoop loop;
  std::vector<int> order;
  for (int i = 0; i < 1000; ++i) loop.post([&order, i] { order.push_back(i); });
  ASSERT_EQ(on_loop(loop, [&] { return order.size(); }), 1000u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(CurlLoop, TakesWorkFromManyThreads) {
  CurlLoop loop;
  int sum = 0;
  std::vector<std::thread> posters;
  for (int i = 0; i < 8; ++i)
    posters.emplace_back([&] {
      for (int j = 0; j < 1000; ++j) loop.post([&sum] { ++sum; });
    });
  for (std::thread& poster : posters) poster.join();
  EXPECT_EQ(on_loop(loop, [&] { return sum; }), 8000);
}

TEST(CurlLoop, OutlivesWorkThatThrows) {
  CurlLoop loop;
  loop.post([] { throw std::runtime_error("lost"); });
  loop.post([] { throw 42; });
  EXPECT_TRUE(on_loop(loop, [] { return true; }));
}

TEST(CurlLoop, BlocksEverySignalOfTheHost) {
  CurlLoop loop;
  const long thread = on_loop(loop, [] { return syscall(SYS_gettid); });
  // All 64 but SIGKILL (9), SIGSTOP (19) and the two that the C library keeps (32, 33).
  EXPECT_EQ(std::stoull(thread_status(thread, "SigBlk"), nullptr, 16), 0xfffffffe7ffbfeffull);
}

// Whether the loop's thread never woke while nothing was to do.
bool sleeps(CurlLoop& loop) {
  const long thread = on_loop(loop, [] { return syscall(SYS_gettid); });
  std::this_thread::sleep_for(50ms);
  const std::string before = thread_status(thread, "voluntary_ctxt_switches");
  const std::string ran_before = thread_run_time(thread);
  std::this_thread::sleep_for(200ms);
  return thread_status(thread, "voluntary_ctxt_switches") == before && thread_run_time(thread) == ran_before;
}

TEST(CurlLoop, SleepsWhileNothingIsToDo) {
  CurlLoop loop;
  EXPECT_TRUE(sleeps(loop));
}

TEST(CurlLoop, SleepsAfterAFailedTransferWasForgottenBeforeItsCallback) {
  CurlLoop loop;
  bool called = false;
  HttpRequest refused = get("http://127.0.0.1:1/");
  refused.headers = {{"X-Key", "two\nlines"}};
  loop.post([&] { loop.forget(loop.send(refused, [&](Outcome) { called = true; })); });
  EXPECT_TRUE(sleeps(loop));
  EXPECT_FALSE(called);
}

TEST(CurlLoop, SleepsWhileIdleConnectionsStayOpen) {
  SocketServer server(answer_all);
  CurlLoop loop;
  ASSERT_EQ(ask(loop, get(server.url())).response.status, 200);
  EXPECT_TRUE(sleeps(loop));
}

TEST(CurlLoop, RunsTimersByTimeAndForgetsThem) {
  CurlLoop loop;
  std::vector<int> order;
  std::promise<void> last;
  loop.post([&] {
    const Instant now = loop.now();
    loop.at(now + 30ms, [&] { last.set_value(); });
    loop.at(now + 20ms, [&] { order.push_back(2); });
    const Loop::Id forgotten = loop.at(now + 15ms, [&] { order.push_back(99); });
    loop.at(now + 10ms, [&] { order.push_back(1); });
    loop.at(Instant::max(), [&] { order.push_back(98); });
    loop.forget(forgotten);
  });
  last.get_future().wait();
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

TEST(CurlLoop, KeepsAConnectionForTheNextRequest) {
  SocketServer server(answer_all);
  CurlLoop loop;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(ask(loop, get(server.url())).response.status, 200);
  EXPECT_EQ(server.connections(), 1);
}

TEST(CurlLoop, NeverCallsBackForATransferThatWasForgotten) {
  std::promise<void> arrived;
  std::promise<void> closed;
  SocketServer server([&](Connection& connection) {
    connection.read_request();
    arrived.set_value();
    connection.wait_for_the_end();
    closed.set_value();
  });
  CurlLoop loop;
  bool called = false;
  Loop::Id id = 0;
  loop.post([&] { id = loop.send(get(server.url()), [&](Outcome) { called = true; }); });
  arrived.get_future().wait();
  loop.post([&] { loop.forget(id); });
  closed.get_future().wait();
  loop.stop();
  EXPECT_FALSE(called);
}

TEST(CurlLoop, OpensNoMoreThanThirtyTwoConnectionsToOneHost) {
  SocketServer server(answer_all);
  CurlLoop loop;
  std::promise<void> all;
  int answered = 0;
  loop.post([&] {
    for (int i = 0; i < 200; ++i)
      loop.send(get(server.url()), [&](Outcome outcome) {
        if (outcome.response.status == 200 && ++answered == 200) all.set_value();
      });
  });
  all.get_future().wait();
  EXPECT_LE(server.connections(), 32);
}

TEST(CurlLoop, BringsCancelledOperationsToTheirEndBeforeItStops) {
  SocketServer server([](Connection& connection) {
    connection.read_request();
    connection.wait_for_the_end();
  });
  CurlLoop loop;
  Context asking(loop, Instant::max());
  Context sleeping(loop, Instant::max());
  std::vector<Code> ends;
  std::promise<void> begun;
  loop.post([&] {
    start<Result<Outcome>>(exchange(asking, get(server.url())), [&](std::optional<Result<Outcome>> result, auto) {
      ends.push_back(result ? result->status().code() : Code::kInternal);
    });
    start<Status>(sleep_for(sleeping, milliseconds::max()), [&](std::optional<Status> status, auto) {
      ends.push_back(status ? status->code() : Code::kInternal);
    });
    begun.set_value();
  });
  begun.get_future().wait();
  loop.post([&] {
    asking.cancel();
    sleeping.cancel();
  });
  loop.stop(1h);
  EXPECT_EQ(ends, (std::vector<Code>{Code::kCancelled, Code::kCancelled}));
}

TEST(CurlLoop, ForgetsWhatStillWaitsWhenTheGraceIsOver) {
  CurlLoop loop;
  bool called = false;
  loop.post([&] { loop.at(loop.now() + 1h, [&] { called = true; }); });
  const Instant begin = loop.now();
  loop.stop(20ms);
  EXPECT_LT(loop.now() - begin, 10s);
  EXPECT_FALSE(called);
}

TEST(HostQueue, LetsTheNextOneInWhenOneLeaves) {
  HostQueue queue(2);
  EXPECT_TRUE(queue.enter("a", 1));
  EXPECT_TRUE(queue.enter("a", 2));
  EXPECT_FALSE(queue.enter("a", 3));
  EXPECT_FALSE(queue.enter("a", 4));
  EXPECT_TRUE(queue.enter("b", 5));
  EXPECT_EQ(queue.next("a"), std::nullopt);
  queue.leave("a", 3);  // gave up while it waited
  queue.leave("a", 1);
  EXPECT_EQ(queue.next("a"), 4u);
  EXPECT_EQ(queue.next("a"), std::nullopt);
}

TEST(HostQueue, KeepsRoomForThoseThatCannotWait) {
  HostQueue queue(3, 1);
  EXPECT_TRUE(queue.enter("a", 1, true));
  EXPECT_TRUE(queue.enter("a", 2, true));
  EXPECT_FALSE(queue.enter("a", 3, true));
  EXPECT_TRUE(queue.enter("a", 4));
  EXPECT_FALSE(queue.enter("a", 5));
  queue.leave("a", 1, true);
  EXPECT_EQ(queue.next("a"), 5u);  // before the one that came first and can wait
  EXPECT_EQ(queue.next("a"), std::nullopt);
  queue.leave("a", 4);
  EXPECT_EQ(queue.next("a"), 3u);
  EXPECT_EQ(queue.next("a"), std::nullopt);
  for (const Loop::Id id : {2, 3}) queue.leave("a", id, true);
  queue.leave("a", 5);
  for (const Loop::Id id : {6, 7, 8}) EXPECT_TRUE(queue.enter("a", id));
}

TEST(CurlLoop, AStormOfWatchesLeavesRoomForAStart) {
  std::promise<void> let_go;
  const std::shared_future<void> released = let_go.get_future().share();
  SocketServer server([&](Connection& connection) {
    for (std::string request; !(request = connection.read_request()).empty();) {
      if (request.starts_with("GET /slow")) released.wait();
      connection.answer(200, "{}");
    }
  });
  CurlLoop loop;
  std::promise<void> started;
  std::promise<void> all;
  std::atomic<int> answered = 0;
  loop.post([&] {
    for (int i = 0; i < 100; ++i) {
      HttpRequest watch = get(server.url() + "/slow");
      watch.can_wait = true;
      loop.send(watch, [&](Outcome) {
        if (++answered == 100) all.set_value();
      });
    }
    loop.send(get(server.url() + "/start"), [&](Outcome) { started.set_value(); });
  });
  EXPECT_EQ(started.get_future().wait_for(30s), std::future_status::ready);
  EXPECT_EQ(answered, 0);
  let_go.set_value();
  all.get_future().wait();
}

}  // namespace
}  // namespace brickwork
