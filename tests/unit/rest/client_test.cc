#include "rest/client.h"

#include <gtest/gtest.h>

#include <deque>

#include "support/virtual_loop.h"

namespace brickwork {
namespace {

using namespace std::chrono_literals;
using Reply = VirtualLoop::Reply;

constexpr char kCanary[] = "dapi-canary-0123456789";

class FakeCredential : public Credential {
 public:
  std::string auth_type() const override { return "pat"; }
  Task<Result<Headers>> headers(Context&) override {
    ++asked;
    if (!broken.ok()) co_return broken;
    Headers headers;
    headers.emplace_back("Authorization", std::string("Bearer ") + kCanary);
    co_return headers;
  }
  bool rejected(const Headers&) override {
    ++rejections;
    return renewable;
  }

  int asked = 0;
  int rejections = 0;
  bool renewable = false;
  Status broken;
};

Reply break_off(Reached reached) { return {.outcome = {.reached = reached, .failure = "https://h: broken"}}; }

RestRequest start_something() {
  RestRequest request{.method = "POST", .path = "/api/2.2/jobs/create"};
  request.body = boost::json::object{{"name", "x"}};
  request.repeat = Repeat::kStartsSomething;
  return request;
}

RestRequest read() { return {.path = "/api/2.2/jobs/get", .query = {{"job_id", "1"}}}; }

// A server that gives its replies in turn, and the last one for ever.
class Client : public testing::Test {
 protected:
  Result<RestResponse> send(RestRequest request) {
    RestClient client(loop, options, credential, [this](int, std::string line) { log.push_back(std::move(line)); });
    return loop.run(client.send(context, std::move(request)));
  }

  std::deque<Reply> replies;
  VirtualLoop loop{[this](const HttpRequest&) {
    Reply reply = replies.front();
    if (replies.size() > 1) replies.pop_front();
    return reply;
  }};
  Context context{loop, loop.now() + 60s};
  RestClient::Options options{.host = "https://h"};
  std::shared_ptr<FakeCredential> credential = std::make_shared<FakeCredential>();
  std::vector<std::string> log;
};

TEST_F(Client, SendsWhatDatabricksExpects) {
  replies = {answer(200, R"({"job_id":7})", {{"x-request-id", "id"}})};
  options.workspace_id = "42";
  options.user_agent = "airflow/2";
  const Result<RestResponse> response = send(start_something());
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response.value().body.at("job_id").as_int64(), 7);
  EXPECT_EQ(response.value().request_id, "id");
  EXPECT_EQ(response.value().attempts, 1);
  ASSERT_EQ(loop.requests.size(), 1u);
  const HttpRequest& request = loop.requests[0];
  EXPECT_EQ(request.url, "https://h/api/2.2/jobs/create");
  EXPECT_EQ(request.body, R"({"name":"x"})");
  std::map<std::string, std::string> headers(request.headers.begin(), request.headers.end());
  EXPECT_EQ(headers["Authorization"], std::string("Bearer ") + kCanary);
  EXPECT_EQ(headers["X-Databricks-Workspace-Id"], "42");
  EXPECT_EQ(headers["Content-Type"], "application/json");
  EXPECT_EQ(headers["User-Agent"].substr(0, 10), "airflow/2 ");
}

TEST_F(Client, AsksForAConnectionOfItsOwnOnlyForWhatMustNotArriveTwice) {
  replies = {answer(200, "{}")};
  ASSERT_TRUE(send(start_something()).ok());
  ASSERT_TRUE(send(read()).ok());
  EXPECT_TRUE(loop.requests[0].fresh_connection);
  EXPECT_FALSE(loop.requests[1].fresh_connection);
  RestRequest repair = start_something();
  repair.repeat = Repeat::kFoundOutAfter;
  replies = {answer(200, "{}")};
  ASSERT_TRUE(send(repair).ok());
  EXPECT_FALSE(loop.requests[2].fresh_connection);
  EXPECT_TRUE(loop.requests[2].sent_once);
}

TEST_F(Client, StartsNothingTwiceWhenTheConnectionBreaks) {
  replies = {break_off(Reached::kMaybeTaken), answer(200, "{}")};
  const Status status = send(start_something()).status();
  EXPECT_EQ(loop.requests.size(), 1u);
  EXPECT_EQ(status.code(), Code::kUnavailable);
  EXPECT_EQ(status->sent, std::nullopt);
  EXPECT_TRUE(status->retryable);
  EXPECT_EQ(status->operation, "POST /api/2.2/jobs/create");
}

TEST_F(Client, StartsAgainWhatSurelyDidNotArrive) {
  replies = {break_off(Reached::kNotSent), answer(429, "{}"), answer(200, "{}")};
  const Result<RestResponse> response = send(start_something());
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response.value().attempts, 3);
}

TEST_F(Client, SaysThatAStartWasNotTakenWhenEveryAttemptWasRefused) {
  replies = {break_off(Reached::kNotSent)};
  options.retry.max_attempts = 3;
  const Status status = send(start_something()).status();
  EXPECT_EQ(status->attempts, 3);
  EXPECT_EQ(status->sent, false);
}

TEST_F(Client, RepeatsAReadUntilItSucceeds) {
  replies = {break_off(Reached::kMaybeTaken), answer(500, ""), answer(503, ""), answer(200, "{}")};
  const Result<RestResponse> response = send(read());
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response.value().attempts, 4);
}

TEST_F(Client, SendsNoOftenerThanTheRequestAllows) {
  replies = {answer(503, "")};
  RestRequest poll = read();
  poll.max_attempts = 1;
  EXPECT_EQ(send(poll).status()->attempts, 1);
}

TEST_F(Client, WaitsAsLongAsTheServerAsks) {
  replies = {answer(429, "{}", {{"retry-after", "7"}}), answer(200, "{}")};
  loop.jitter = 0;
  const Instant begin = loop.now();
  ASSERT_TRUE(send(read()).ok());
  EXPECT_EQ(loop.now() - begin, 7s + 2ms);
}

TEST_F(Client, MakesTheWholeClassOfEndpointsPauseAfterA429) {
  replies = {answer(429, "{}", {{"retry-after", "7"}}), answer(200, "{}")};
  options.limits = std::make_shared<RateLimits>(0);
  options.retry.max_attempts = 1;
  const Instant begin = loop.now();
  EXPECT_EQ(send(read()).status()->retry_after, 7s);
  ASSERT_TRUE(send(read()).ok());
  EXPECT_GE(loop.now() - begin, 7s);
}

TEST_F(Client, TellsTheReasonAtOnceWhenTheWaitWouldOutlastTheDeadline) {
  replies = {answer(429, R"({"error_code":"REQUEST_LIMIT_EXCEEDED","message":"slow down"})", {{"retry-after", "61"}})};
  const Instant begin = loop.now();
  const Status status = send(read()).status();
  EXPECT_EQ(status.code(), Code::kResourceExhausted);
  EXPECT_EQ(status->message, "slow down");
  EXPECT_EQ(status->retry_after, 61s);
  EXPECT_TRUE(status->retryable);
  EXPECT_LT(loop.now() - begin, 1s);
}

TEST_F(Client, EndsAtTheDeadlineOfTheOperation) {
  replies = {{.after = 1h}};
  const Instant begin = loop.now();
  const Status status = send(start_something()).status();
  EXPECT_EQ(status.code(), Code::kDeadlineExceeded);
  EXPECT_EQ(status->sent, std::nullopt);
  EXPECT_EQ(status->attempts, 1);
  EXPECT_EQ(loop.now() - begin, 60s);
}

TEST_F(Client, DoesNotKnowWhatBecameOfARequestThatWasCancelledInFlight) {
  replies = {{.after = 1h}};
  loop.later(5ms, [&] { context.cancel(); });
  const Status status = send(start_something()).status();
  EXPECT_EQ(status.code(), Code::kCancelled);
  EXPECT_EQ(status->sent, std::nullopt);
  EXPECT_EQ(status->attempts, 1);
}

TEST_F(Client, KnowsThatARequestWhichNeverLeftWasNotTaken) {
  context.cancel();
  const Status status = send(start_something()).status();
  EXPECT_EQ(status.code(), Code::kCancelled);
  EXPECT_TRUE(loop.requests.empty());
  EXPECT_EQ(status->sent, false);
}

TEST_F(Client, IsCancelledWhileItWaitsForTheNextAttempt) {
  replies = {answer(503, "", {{"retry-after", "30"}})};
  loop.later(1s, [&] { context.cancel(); });
  const Status status = send(start_something()).status();
  EXPECT_EQ(status.code(), Code::kCancelled);
  EXPECT_EQ(status->attempts, 1);
}

TEST_F(Client, KeepsWithinTheBudget) {
  replies = {answer(200, "{}")};
  options.requests_per_second = 2;
  options.limits = std::make_shared<RateLimits>(2);
  const Instant begin = loop.now();
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(send(read()).ok());
  EXPECT_GE(loop.now() - begin, 2s);
  EXPECT_LT(loop.now() - begin, 3s);
}

TEST_F(Client, DoesNotQueueForABudgetThatComesTooLate) {
  replies = {answer(200, "{}")};
  options.limits = std::make_shared<RateLimits>(0.01);
  ASSERT_TRUE(send(read()).ok());
  const Instant begin = loop.now();
  const Status status = send(read()).status();
  EXPECT_EQ(status.code(), Code::kDeadlineExceeded);
  EXPECT_EQ(loop.now(), begin);
  EXPECT_EQ(loop.requests.size(), 1u);
}

TEST_F(Client, ReplaysOnceWithFreshCredentialsAfterA401) {
  replies = {answer(401, "{}"), answer(200, "{}")};
  credential->renewable = true;
  EXPECT_TRUE(send(start_something()).ok());
  EXPECT_EQ(credential->asked, 2);

  replies = {answer(401, "{}")};
  EXPECT_EQ(send(read()).status().code(), Code::kUnauthenticated);
  EXPECT_EQ(credential->asked, 4);
}

TEST_F(Client, ReplaysA403OnlyWhenItIsAboutTheToken) {
  credential->renewable = true;
  replies = {answer(403, R"({"error_code":"403","message":"Invalid access token."})"), answer(200, "{}")};
  EXPECT_TRUE(send(start_something()).ok());
  EXPECT_EQ(credential->rejections, 1);

  replies = {answer(403, R"({"error_code":"PERMISSION_DENIED","message":"You may not manage tokens"})")};
  EXPECT_EQ(send(read()).status().code(), Code::kPermissionDenied);
  EXPECT_EQ(credential->rejections, 1);
}

TEST_F(Client, TriesALoginAgainWhoseIssuerIsDown) {
  Fault fault;
  fault.code = Code::kUnavailable;
  fault.retryable = true;
  fault.message = "the issuer is down";
  credential->broken = Status(fault);
  loop.later(5s, [this] { credential->broken = Status(); });
  replies = {answer(200, "{}")};
  EXPECT_TRUE(send(start_something()).ok());

  credential->broken = Status(fault);
  RestRequest poll = read();
  poll.max_attempts = 1;
  const int before = credential->asked;
  const Status status = send(poll).status();
  EXPECT_EQ(status.code(), Code::kUnavailable);
  EXPECT_EQ(status->sent, false);
  EXPECT_EQ(credential->asked, before + 1);
}

TEST_F(Client, TakesA401AsTheAnswerWhenThereAreNoOtherCredentials) {
  replies = {answer(401, R"({"error_code":"UNAUTHENTICATED","message":"Invalid access token"})")};
  const Status status = send(read()).status();
  EXPECT_EQ(status.code(), Code::kUnauthenticated);
  EXPECT_EQ(status->message, "Invalid access token");
  EXPECT_EQ(loop.requests.size(), 1u);
}

TEST_F(Client, SendsNothingWithoutACredential) {
  credential->broken = failure(Code::kUnauthenticated, "no login is set");
  const Status status = send(read()).status();
  EXPECT_EQ(status->message, "no login is set");
  EXPECT_EQ(status->attempts, 0);
  EXPECT_TRUE(loop.requests.empty());
}

TEST_F(Client, NeverRepeatsItsSecretInErrorsOrInTheLog) {
  const std::string echo =
      std::string(R"({"error_code":")") + kCanary + R"(","message":"token )" + kCanary + R"( bad"})";
  for (const Reply& reply : {answer(403, echo, {{"x-request-id", kCanary}}), answer(500, kCanary),
                             break_off(Reached::kMaybeTaken), answer(200, kCanary), Reply{.after = 1h}}) {
    replies = {reply};
    const Status status = send(start_something()).status();
    ASSERT_FALSE(status.ok());
    for (const std::string& text : {status->message, status->error_code, status->request_id, status->operation})
      EXPECT_EQ(text.find(kCanary), text.npos) << text;
  }
  EXPECT_EQ(log.size(), loop.requests.size());
  for (const std::string& line : log) EXPECT_EQ(line.find(kCanary), line.npos) << line;
}

TEST_F(Client, LeavesTheQueryOutOfErrorsAndTheLog) {
  replies = {answer(404, "{}")};
  RestRequest request = read();
  request.path += "?key=canary";
  const Status status = send(request).status();
  EXPECT_EQ(status->operation, "GET /api/2.2/jobs/get");
  EXPECT_EQ(log[0].find("canary"), std::string::npos) << log[0];
}

TEST_F(Client, SaysSoWhenTheAnswerIsALoginPage) {
  replies = {{.outcome = {.response = {.status = 200, .headers = {{"content-type", "text/html"}}, .body = "<html>"}}}};
  const Status status = send(start_something()).status();
  EXPECT_EQ(status.code(), Code::kFailedPrecondition);
  EXPECT_NE(status->message.find("text/html"), std::string::npos) << status->message;
}

TEST_F(Client, KnowsThatATruncatedAnswerWasAnAnswer) {
  replies = {answer(200, R"({"job_id": 1)")};
  const Status status = send(start_something()).status();
  EXPECT_EQ(status.code(), Code::kInternal);
  EXPECT_EQ(status->sent, true);
  EXPECT_EQ(status->http_status, 200);
  EXPECT_EQ(loop.requests.size(), 1u);
}

TEST_F(Client, TakesAnEmptyAnswerForNull) {
  replies = {answer(200, "")};
  EXPECT_TRUE(send(read()).value().body.is_null());
}

TEST_F(Client, RefusesAMethodOrAPathThatIsNone) {
  EXPECT_EQ(send({.method = "get", .path = "/x"}).status()->pointer, "/method");
  EXPECT_EQ(send({.method = "GET /x HTTP/1.1\r\nHost: evil\r\n", .path = "/x"}).status()->pointer, "/method");
  EXPECT_EQ(send({.path = "api"}).status()->pointer, "/path");
  EXPECT_TRUE(loop.requests.empty());
}

}  // namespace
}  // namespace brickwork
