#include "engine/curl_loop.h"

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <stdexcept>

#include "engine/context.h"
#include "engine/host_queue.h"
#include "support/socket_server.h"

namespace brickwork {
namespace {

using namespace std::chrono_literals;

// Sends one request and waits for what comes of it.
Outcome ask(CurlLoop& loop, HttpRequest request) {
  std::promise<Outcome> outcome;
  loop.post([&] { loop.send(request, [&](Outcome result) { outcome.set_value(std::move(result)); }); });
  return outcome.get_future().get();
}

HttpRequest get(const std::string& url) {
  HttpRequest request;
  request.url = url;
  return request;
}

HttpRequest post(const std::string& url, std::string body) {
  HttpRequest request = get(url);
  request.method = "POST";
  request.body = std::move(body);
  return request;
}

// Runs `question` on the loop's thread and hands back its answer.
template <class Function>
auto on_loop(CurlLoop& loop, Function question) {
  std::promise<decltype(question())> answer;
  loop.post([&] { answer.set_value(question()); });
  return answer.get_future().get();
}

void answer_all(Connection& connection) {
  while (!connection.read_request().empty()) connection.answer(200, "{}");
}

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

TEST(CurlLoop, BringsAnAnswerWithHeadersInLowerCase) {
  std::string seen;
  SocketServer server([&](Connection& connection) {
    seen = connection.read_request();
    connection.answer(201, R"({"a":1})", "X-Request-ID:  abc \r\n");
  });
  CurlLoop loop;
  HttpRequest request = post(server.url() + "/api?x=y", "{}");
  request.headers = {{"Authorization", "Bearer t"}, {"Content-Type", "application/json"}};
  const Outcome outcome = ask(loop, request);
  EXPECT_EQ(outcome.reached, Reached::kAnswered);
  EXPECT_EQ(outcome.response.status, 201);
  EXPECT_EQ(outcome.response.body, R"({"a":1})");
  EXPECT_EQ(outcome.response.header("x-request-id"), "abc");
  EXPECT_EQ(seen.substr(0, 29), "POST /api?x=y HTTP/1.1\r\nHost:");
  EXPECT_NE(seen.find("Authorization: Bearer t\r\n"), seen.npos);
  EXPECT_EQ(seen.find("Expect"), seen.npos);
}

TEST(CurlLoop, KeepsAConnectionForTheNextRequest) {
  SocketServer server(answer_all);
  CurlLoop loop;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(ask(loop, get(server.url())).response.status, 200);
  EXPECT_EQ(server.connections(), 1);
}

TEST(CurlLoop, KnowsThatARefusedConnectionSentNothing) {
  CurlLoop loop;
  const Outcome outcome = ask(loop, post("http://127.0.0.1:" + std::to_string(closed_port()), "{}"));
  EXPECT_EQ(outcome.reached, Reached::kNotSent);
  EXPECT_FALSE(outcome.permanent);
  EXPECT_NE(outcome.failure.find("nothing answers there"), std::string::npos) << outcome.failure;
}

TEST(CurlLoop, KnowsThatAnUnknownNameSentNothing) {
  CurlLoop loop;
  const Outcome outcome = ask(loop, get("http://no-such-workspace.invalid/"));
  EXPECT_EQ(outcome.reached, Reached::kNotSent);
  EXPECT_NE(outcome.failure.find("name was not found"), std::string::npos) << outcome.failure;
}

TEST(CurlLoop, CannotKnowWhetherAResetAfterTheRequestTookEffect) {
  SocketServer server([](Connection& connection) {
    connection.read_request();
    connection.reset();
  });
  CurlLoop loop;
  const Outcome outcome = ask(loop, post(server.url(), "{}"));
  EXPECT_EQ(outcome.reached, Reached::kMaybeTaken);
  EXPECT_FALSE(outcome.permanent);
}

TEST(CurlLoop, NeverCallsAResetBeforeReadingAnAnswer) {
  SocketServer server([](Connection& connection) { connection.reset(); });
  CurlLoop loop;
  EXPECT_NE(ask(loop, post(server.url(), "{}")).reached, Reached::kAnswered);
}

TEST(CurlLoop, DoesNotSendTwiceOnAStaleConnectionWhatAsksForOneOfItsOwn) {
  std::atomic<int> posts{0};
  SocketServer server([&](Connection& connection) {
    for (std::string text = connection.read_request(); !text.empty(); text = connection.read_request()) {
      if (text.rfind("POST", 0) == 0) {
        ++posts;
        connection.reset();
        return;
      }
      connection.answer(200, "{}");
    }
  });
  CurlLoop loop;
  ASSERT_EQ(ask(loop, get(server.url())).response.status, 200);
  HttpRequest start = post(server.url(), "{}");
  start.fresh_connection = true;
  EXPECT_EQ(ask(loop, start).reached, Reached::kMaybeTaken);
  EXPECT_EQ(posts, 1);
}

TEST(CurlLoop, GivesUpOnAConnectionThatFallsSilent) {
  SocketServer server([](Connection& connection) {
    connection.read_request();
    connection.wait_for_the_end();
  });
  CurlLoop loop;
  HttpRequest request = get(server.url());
  request.idle_timeout = 1s;
  const Outcome outcome = ask(loop, request);
  EXPECT_EQ(outcome.reached, Reached::kMaybeTaken);
  EXPECT_NE(outcome.failure.find("went silent"), std::string::npos) << outcome.failure;
}

TEST(CurlLoop, DoesNotTakeHalfAnAnswerForAWholeOne) {
  SocketServer server([](Connection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half\":");
  });
  CurlLoop loop;
  const Outcome outcome = ask(loop, get(server.url()));
  EXPECT_EQ(outcome.reached, Reached::kMaybeTaken);
  EXPECT_NE(outcome.failure.find("broke off"), std::string::npos) << outcome.failure;
  EXPECT_EQ(outcome.response.body, "");
}

TEST(CurlLoop, StopsReadingAnAnswerThatIsTooLarge) {
  SocketServer server([](Connection& connection) {
    connection.read_request();
    connection.answer(200, std::string(5000, 'x'));
  });
  CurlLoop loop;
  HttpRequest request = get(server.url());
  request.max_response_bytes = 4999;
  const Outcome outcome = ask(loop, request);
  EXPECT_TRUE(outcome.permanent);
  EXPECT_NE(outcome.failure.find("limit of 4999 bytes"), std::string::npos) << outcome.failure;
  request.max_response_bytes = 5000;
  EXPECT_EQ(ask(loop, request).response.body.size(), 5000u);
}

TEST(CurlLoop, StopsReadingHeadersThatHaveNoEnd) {
  SocketServer server([](Connection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 200; ++i) connection.write("X-More: " + std::string(10'000, 'x') + "\r\n");
  });
  CurlLoop loop;
  const Outcome outcome = ask(loop, get(server.url()));
  EXPECT_TRUE(outcome.permanent);
  EXPECT_NE(outcome.failure.find("headers of the answer have no end"), std::string::npos) << outcome.failure;
}

TEST(CurlLoop, SaysWhenTheOtherSideDoesNotSpeakHttp) {
  SocketServer server([](Connection& connection) {
    connection.read_request();
    connection.write("220 mail.example ESMTP\r\n");
  });
  CurlLoop loop;
  const Outcome outcome = ask(loop, get(server.url()));
  EXPECT_NE(outcome.reached, Reached::kAnswered);
  EXPECT_NE(outcome.failure.find("not HTTP"), std::string::npos) << outcome.failure;
}

TEST(CurlLoop, HandsARedirectToItsCallerInsteadOfFollowingIt) {
  SocketServer server([](Connection& connection) {
    connection.read_request();
    connection.answer(302, "", "Location: http://127.0.0.1:1/\r\n");
  });
  CurlLoop loop;
  EXPECT_EQ(ask(loop, get(server.url())).response.status, 302);
}

TEST(CurlLoop, SpeaksNothingButHttp) {
  CurlLoop loop;
  const Outcome outcome = ask(loop, get("file:///etc/hostname"));
  EXPECT_EQ(outcome.reached, Reached::kNotSent);
  EXPECT_TRUE(outcome.permanent);
}

TEST(CurlLoop, RefusesAHeaderThatWouldBecomeTwo) {
  CurlLoop loop;
  HttpRequest request = get("http://127.0.0.1:1/");
  request.headers = {{"X-Key", "value\r\nAuthorization: Bearer canary"}};
  const Outcome outcome = ask(loop, request);
  EXPECT_EQ(outcome.reached, Reached::kNotSent);
  EXPECT_TRUE(outcome.permanent);
  EXPECT_EQ(outcome.failure.find("canary"), std::string::npos);
}

TEST(CurlLoop, IsNotLedAwayByAProxyInTheEnvironment) {
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  SocketServer server(answer_all);
  CurlLoop loop;
  EXPECT_EQ(ask(loop, get(server.url())).response.status, 200);
  unsetenv("http_proxy");
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

TEST(CurlLoopTls, TrustsAServerWhoseAuthorityItWasGiven) {
  TestAuthority authority;
  const auto files = authority.certificate_for("127.0.0.1");
  SocketServer server(answer_all, files.certificate, files.key);
  CurlLoop loop;
  HttpRequest request = get(server.url());
  request.tls.ca_file = authority.ca_file();
  EXPECT_EQ(ask(loop, request).response.status, 200);
}

TEST(CurlLoopTls, RefusesAnAuthorityItDoesNotKnow) {
  TestAuthority authority;
  TestAuthority stranger;
  const auto files = stranger.certificate_for("127.0.0.1");
  SocketServer server(answer_all, files.certificate, files.key);
  CurlLoop loop;
  for (const std::string& ca_file : {std::string(), authority.ca_file()}) {
    HttpRequest request = get(server.url());
    request.tls.ca_file = ca_file;
    const Outcome outcome = ask(loop, request);
    EXPECT_EQ(outcome.reached, Reached::kNotSent);
    EXPECT_TRUE(outcome.permanent);
    EXPECT_NE(outcome.failure.find("certificate"), std::string::npos) << outcome.failure;
  }
}

TEST(CurlLoopTls, RefusesACertificateOfAnotherHost) {
  TestAuthority authority;
  const auto files = authority.certificate_for("elsewhere.example");
  SocketServer server(answer_all, files.certificate, files.key);
  CurlLoop loop;
  HttpRequest request = get(server.url());
  request.tls.ca_file = authority.ca_file();
  EXPECT_EQ(ask(loop, request).reached, Reached::kNotSent);
  request.tls.verify = false;
  EXPECT_EQ(ask(loop, request).response.status, 200);
}

TEST(CurlLoopTls, SaysWhichFileOfAuthoritiesItCouldNotRead) {
  CurlLoop loop;
  SocketServer server(answer_all);
  HttpRequest request = get("https://127.0.0.1:" + std::to_string(server.port()));
  request.tls.ca_file = "/no/such/ca.pem";
  const Outcome outcome = ask(loop, request);
  EXPECT_TRUE(outcome.permanent);
  EXPECT_NE(outcome.failure.find("/no/such/ca.pem"), std::string::npos) << outcome.failure;
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

}  // namespace
}  // namespace brickwork
