#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>

#include "unit/engine/asking.h"

namespace brickwork {
namespace {

using namespace std::chrono_literals;

TEST(CurlTransfer, BringsAnAnswerWithHeadersInLowerCase) {
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

TEST(CurlTransfer, KnowsThatARefusedConnectionSentNothing) {
  CurlLoop loop;
  const Outcome outcome = ask(loop, post("http://127.0.0.1:" + std::to_string(closed_port()), "{}"));
  EXPECT_EQ(outcome.reached, Reached::kNotSent);
  EXPECT_FALSE(outcome.permanent);
  EXPECT_NE(outcome.failure.find("nothing answers there"), std::string::npos) << outcome.failure;
}

TEST(CurlTransfer, KnowsThatAnUnknownNameSentNothing) {
  CurlLoop loop;
  const Outcome outcome = ask(loop, get("http://no-such-workspace.invalid/"));
  EXPECT_EQ(outcome.reached, Reached::kNotSent);
  EXPECT_TRUE(outcome.unknown_host);
  EXPECT_NE(outcome.failure.find("name was not found"), std::string::npos) << outcome.failure;
}

TEST(CurlTransfer, CannotKnowWhetherAResetAfterTheRequestTookEffect) {
  SocketServer server([](Connection& connection) {
    connection.read_request();
    connection.reset();
  });
  CurlLoop loop;
  const Outcome outcome = ask(loop, post(server.url(), "{}"));
  EXPECT_EQ(outcome.reached, Reached::kMaybeTaken);
  EXPECT_FALSE(outcome.permanent);
}

TEST(CurlTransfer, NeverCallsAResetBeforeReadingAnAnswer) {
  SocketServer server([](Connection& connection) { connection.reset(); });
  CurlLoop loop;
  EXPECT_NE(ask(loop, post(server.url(), "{}")).reached, Reached::kAnswered);
}

TEST(CurlTransfer, SendsOnceOnAKeptConnectionWhatAsksForThat) {
  std::atomic<int> posts{0};
  SocketServer server([&](Connection& connection) {
    for (std::string text = connection.read_request(); !text.empty(); text = connection.read_request()) {
      if (text.find("breaks") != text.npos) {
        ++posts;
        connection.reset();
        return;
      }
      connection.answer(200, text.ends_with("\r\n\r\nwhole") ? "all" : "{}");
    }
  });
  CurlLoop loop;
  EXPECT_EQ(ask(loop, get(server.url())).response.status, 200);
  HttpRequest good = post(server.url(), "whole");
  good.sent_once = true;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask(loop, good).response.body, "all");
  EXPECT_EQ(server.connections(), 1);
  HttpRequest broken = post(server.url(), "breaks");
  broken.sent_once = true;
  const Outcome once = ask(loop, broken);
  EXPECT_EQ(once.reached, Reached::kMaybeTaken);
  EXPECT_EQ(posts, 1);
  // The same without that wish: curl sends it again.
  EXPECT_EQ(ask(loop, get(server.url())).response.status, 200);
  EXPECT_EQ(ask(loop, post(server.url(), "breaks")).reached, Reached::kMaybeTaken);
  EXPECT_EQ(posts, 3);
  // Larger than what curl reads at once.
  HttpRequest large = post(server.url(), std::string(1 << 20, 'x') + "\r\n\r\nwhole");
  large.sent_once = true;
  EXPECT_EQ(ask(loop, large).response.body, "all");
}

TEST(CurlTransfer, DoesNotSendTwiceOnAStaleConnectionWhatAsksForOneOfItsOwn) {
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

TEST(CurlTransfer, GivesUpOnAConnectionThatFallsSilent) {
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

TEST(CurlTransfer, DoesNotTakeHalfAnAnswerForAWholeOne) {
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

TEST(CurlTransfer, StopsReadingAnAnswerThatIsTooLarge) {
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

TEST(CurlTransfer, StopsReadingHeadersThatHaveNoEnd) {
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

TEST(CurlTransfer, SaysWhenTheOtherSideDoesNotSpeakHttp) {
  SocketServer server([](Connection& connection) {
    connection.read_request();
    connection.write("220 mail.example ESMTP\r\n");
  });
  CurlLoop loop;
  const Outcome outcome = ask(loop, get(server.url()));
  EXPECT_NE(outcome.reached, Reached::kAnswered);
  EXPECT_NE(outcome.failure.find("not HTTP"), std::string::npos) << outcome.failure;
}

TEST(CurlTransfer, HandsARedirectToItsCallerInsteadOfFollowingIt) {
  SocketServer server([](Connection& connection) {
    connection.read_request();
    connection.answer(302, "", "Location: http://127.0.0.1:1/\r\n");
  });
  CurlLoop loop;
  EXPECT_EQ(ask(loop, get(server.url())).response.status, 302);
}

TEST(CurlTransfer, SpeaksNothingButHttp) {
  CurlLoop loop;
  const Outcome outcome = ask(loop, get("file:///etc/hostname"));
  EXPECT_EQ(outcome.reached, Reached::kNotSent);
  EXPECT_TRUE(outcome.permanent);
}

TEST(CurlTransfer, RefusesAHeaderThatWouldBecomeTwo) {
  CurlLoop loop;
  HttpRequest request = get("http://127.0.0.1:1/");
  request.headers = {{"X-Key", "value\r\nAuthorization: Bearer canary"}};
  const Outcome outcome = ask(loop, request);
  EXPECT_EQ(outcome.reached, Reached::kNotSent);
  EXPECT_TRUE(outcome.permanent);
  EXPECT_EQ(outcome.failure.find("canary"), std::string::npos);
}

TEST(CurlTransfer, IsNotLedAwayByAProxyInTheEnvironment) {
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  SocketServer server(answer_all);
  CurlLoop loop;
  EXPECT_EQ(ask(loop, get(server.url())).response.status, 200);
  unsetenv("http_proxy");
}

TEST(CurlTransferTls, TrustsAServerWhoseAuthorityItWasGiven) {
  TestAuthority authority;
  const auto files = authority.certificate_for("127.0.0.1");
  SocketServer server(answer_all, files.certificate, files.key);
  CurlLoop loop;
  HttpRequest request = get(server.url());
  request.tls.ca_file = authority.ca_file();
  EXPECT_EQ(ask(loop, request).response.status, 200);
}

TEST(CurlTransferTls, RefusesAnAuthorityItDoesNotKnow) {
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

TEST(CurlTransferTls, RefusesACertificateOfAnotherHost) {
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

TEST(CurlTransferTls, KnowsThatAServerWithoutTlsWillNotLearnIt) {
  SocketServer server([](Connection& connection) {
    connection.answer(400, "this is plain HTTP");
    connection.wait_for_the_end();
  });
  CurlLoop loop;
  const Outcome outcome = ask(loop, get("https://127.0.0.1:" + std::to_string(server.port())));
  EXPECT_EQ(outcome.reached, Reached::kNotSent);
  EXPECT_TRUE(outcome.permanent) << outcome.failure;
}

TEST(CurlTransferTls, TakesABrokenHandshakeForAPassingWeakness) {
  SocketServer server([](Connection& connection) { connection.reset(); });
  CurlLoop loop;
  const Outcome outcome = ask(loop, get("https://127.0.0.1:" + std::to_string(server.port())));
  EXPECT_EQ(outcome.reached, Reached::kNotSent);
  EXPECT_FALSE(outcome.permanent) << outcome.failure;
}

TEST(CurlTransferTls, SaysWhichFileOfAuthoritiesItCouldNotRead) {
  CurlLoop loop;
  SocketServer server(answer_all);
  HttpRequest request = get("https://127.0.0.1:" + std::to_string(server.port()));
  request.tls.ca_file = "/no/such/ca.pem";
  const Outcome outcome = ask(loop, request);
  EXPECT_TRUE(outcome.permanent);
  EXPECT_NE(outcome.failure.find("/no/such/ca.pem"), std::string::npos) << outcome.failure;
}

}  // namespace
}  // namespace brickwork
