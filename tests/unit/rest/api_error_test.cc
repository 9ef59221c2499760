#include "rest/api_error.h"

#include <gtest/gtest.h>

namespace brickwork {
namespace {

using namespace std::chrono_literals;

Fault read(int http_status, std::string body, Headers headers = {}, std::string path = "/api/2.2/jobs/runs/get") {
  return read_api_error("GET", path, {.status = http_status, .headers = std::move(headers), .body = std::move(body)},
                        0);
}

TEST(ApiError, CarriesAllThatTheServerSaid) {
  const Fault fault = read(403, R"({"error_code":"PERMISSION_DENIED","message":"no"})",
                           {{"x-request-id", "id-1"}, {"retry-after", "3"}});
  EXPECT_EQ(fault.code, Code::kPermissionDenied);
  EXPECT_EQ(fault.message, "no");
  EXPECT_EQ(fault.error_code, "PERMISSION_DENIED");
  EXPECT_EQ(fault.request_id, "id-1");
  EXPECT_EQ(fault.http_status, 403);
  EXPECT_EQ(fault.retry_after, 3s);
  EXPECT_EQ(fault.operation, "GET /api/2.2/jobs/runs/get");
}

TEST(ApiError, BelievesTheErrorCodeBeforeTheHttpStatus) {
  EXPECT_EQ(read(400, R"({"error_code":"RESOURCE_DOES_NOT_EXIST"})").code, Code::kNotFound);
  EXPECT_EQ(read(400, R"({"error_code":"RESOURCE_ALREADY_EXISTS"})").code, Code::kAlreadyExists);
  EXPECT_EQ(read(400, R"({"error_code":"INVALID_STATE"})").code, Code::kFailedPrecondition);
  EXPECT_EQ(read(400, R"({"error_code":"REQUEST_LIMIT_EXCEEDED"})").code, Code::kResourceExhausted);
  EXPECT_EQ(read(500, R"({"error_code":"DATA_LOSS"})").code, Code::kDataLoss);
}

TEST(ApiError, FallsBackToTheHttpStatusForWordsItDoesNotKnow) {
  const std::pair<int, Code> expected[] = {
      {302, Code::kFailedPrecondition}, {400, Code::kInvalidArgument},   {401, Code::kUnauthenticated},
      {403, Code::kPermissionDenied},   {404, Code::kNotFound},          {409, Code::kAborted},
      {418, Code::kInvalidArgument},    {429, Code::kResourceExhausted}, {500, Code::kInternal},
      {501, Code::kUnimplemented},      {503, Code::kUnavailable},       {504, Code::kUnavailable}};
  for (const auto& [http_status, code] : expected)
    EXPECT_EQ(read(http_status, R"({"error_code":"NEW"})").code, code) << http_status;
}

TEST(ApiError, KnowsAMissingRunByItsText) {
  for (const char* text : {"Run 1 does not exist.", "Run: 1 in job: 2 doesn't exist"})
    EXPECT_EQ(read(400, std::string(R"({"error_code":"INVALID_PARAMETER_VALUE","message":")") + text + "\"}").code,
              Code::kNotFound);
}

TEST(ApiError, DoesNotCallADocumentThatNamesSomethingMissingNotFound) {
  const char* body = R"({"error_code":"INVALID_PARAMETER_VALUE","message":"Cluster 1 does not exist"})";
  EXPECT_EQ(read(400, body, {}, "/api/2.2/jobs/create").code, Code::kInvalidArgument);
  EXPECT_EQ(read(400, body, {}, "/api/2.2/jobs/runs/submit").code, Code::kInvalidArgument);
}

TEST(ApiError, ReadsEveryFormThatErrorsCome) {
  EXPECT_EQ(read(400, R"({"error":"old"})").message, "old");
  EXPECT_EQ(read(400, R"({"error":"invalid_client","error_description":"why"})").message, "why");
  EXPECT_EQ(read(400, R"({"error":{"code":"ABORTED","message":"nested"}})").code, Code::kAborted);
  EXPECT_EQ(read(404, R"({"detail":"no such user","status":"404","scimType":"invalidValue"})").message, "no such user");
  EXPECT_EQ(read(400, R"({"error_code":1001,"message":"m"})").error_code, "1001");
  EXPECT_EQ(read(400, R"("INVALID_STATE: text in a string")").code, Code::kFailedPrecondition);
  EXPECT_EQ(read(400, "INVALID_STATE: plain text").message, "plain text");
  EXPECT_EQ(read(400, "INVALID_STATE: plain text").error_code, "INVALID_STATE");
  EXPECT_EQ(read(502, "<html><body><pre>upstream\nis gone </pre></body></html>").message, "upstream\nis gone");
  EXPECT_EQ(read(502, "<html><head><title>Bad Gateway</title></head></html>").message, "Bad Gateway");
}

TEST(ApiError, FindsTheRequestIdAndTheWishInTheDetails) {
  const Fault fault = read(429, R"({"error_code":"RESOURCE_EXHAUSTED","message":"m","details":[7,
    {"@type":"type.googleapis.com/google.rpc.RequestInfo","request_id":"from-details"},
    {"@type":"type.googleapis.com/google.rpc.RetryInfo","retry_delay":"4.5s"}]})");
  EXPECT_EQ(fault.request_id, "from-details");
  EXPECT_EQ(fault.retry_after, 4s);
}

TEST(ApiError, HasASentenceForAnAnswerThatSaysNothing) {
  for (const char* body : {"", " \n", "{}", "[]", "null", "7", R"({"message":null,"error_code":[]})"})
    EXPECT_FALSE(read(500, body).message.empty()) << body;
}

TEST(ApiError, SurvivesWhatNoServerShouldSend) {
  EXPECT_EQ(read(500, R"({"error_code":"INTERNAL_ERR)").code, Code::kInternal);
  EXPECT_EQ(read(500, std::string(100'000, '[')).code, Code::kInternal);
  const Fault binary = read(500, std::string("bad \xff\xfe\x01 \xc3\xbc", 10));
  EXPECT_EQ(binary.message, "bad ??  \xc3\xbc");
  EXPECT_LT(read(400, "{\"message\":\"" + std::string(10'000'000, 'x') + "\"}").message.size(), 5000u);
}

TEST(ApiError, ExplainsARedirect) {
  EXPECT_EQ(read(302, "", {{"location", "https://h/login.html?error=private-link-validation-error:1"}}).code,
            Code::kPermissionDenied);
  const Fault fault = read(302, "", {{"location", "https://sso.example/login?secret=canary"}});
  EXPECT_NE(fault.message.find("https://sso.example/login;"), std::string::npos) << fault.message;
}

TEST(Answer, MayBeEmpty) { EXPECT_TRUE(parse_answer(" \r\n").value().is_null()); }

TEST(Answer, KeepsIdsBeyondTheReachOfADouble) {
  EXPECT_EQ(parse_answer(R"({"run_id":9007199254740993})").value().at("run_id").as_int64(), 9007199254740993);
}

TEST(Answer, SaysWhereItBroke) {
  const Status status = parse_answer(R"({"jobs": [1, 2)").status();
  EXPECT_EQ(status.code(), Code::kInternal);
  EXPECT_NE(status->message.find("at byte 14 of 14"), std::string::npos) << status->message;
  EXPECT_FALSE(parse_answer("{} x").ok());
}

TEST(Answer, MayNotBeNestedDeeperThanAnythingReal) {
  EXPECT_TRUE(parse_answer(std::string(100, '[') + std::string(100, ']')).ok());
  EXPECT_FALSE(parse_answer(std::string(101, '[') + std::string(101, ']')).ok());
}

}  // namespace
}  // namespace brickwork
