#include "local/faults.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "local/api_error.h"
#include "local/request_limits.h"

namespace brickwork::local {
namespace {

Request asking(const std::string& method, const std::string& path) {
  Request request;
  request.method = method;
  request.path = path;
  return request;
}

boost::json::object rules(const char* text) { return boost::json::parse(text).as_object(); }

struct FaultsTest : testing::Test {
  std::int64_t now = 1'000'000;
  FaultRules faults{[this] { return now; }};
};

TEST_F(FaultsTest, ATokenExpiresAtTheGivenMoment) {
  faults.replace(rules(R"({"rules": [{"after_ms": 5000, "count": -1, "token": "dapi1",
                                      "fault": {"kind": "expired_token"}}]})"));
  Request request = asking("GET", "/api/2.2/jobs/list");
  request.headers["authorization"] = "Bearer dapi1";
  EXPECT_FALSE(faults.next(request));
  now += 4999;
  EXPECT_FALSE(faults.next(request));
  now += 1;
  ASSERT_TRUE(faults.next(request));
  EXPECT_EQ(faults.next(request)->status, 401);
  request.headers["authorization"] = "Bearer dapi2";
  EXPECT_FALSE(faults.next(request));
}

TEST_F(FaultsTest, TasksAndRequestsDoNotUseUpEachOthersRules) {
  faults.replace(
      rules(R"({"rules": [{"task": "a*", "fault": {"kind": "cluster_lost"}}, {"fault": {"kind": "slow"}}]})"));
  EXPECT_FALSE(faults.next_of_task("b"));
  EXPECT_EQ(faults.next(asking("GET", "/x"))->kind, Fault::Kind::kSlow);
  EXPECT_EQ(faults.next_of_task("abc")->kind, Fault::Kind::kClusterLost);
  EXPECT_FALSE(faults.next_of_task("abc"));
  EXPECT_EQ(faults.fired().at("record").as_array().size(), 2u);
}

TEST_F(FaultsTest, TheRecordIsBoundedAndWhatAsksForItIsNotDisturbed) {
  faults.replace(rules(R"({"rules": [{"count": -1, "fault": {"kind": "stall"}}]})"));
  for (int i = 0; i < 1500; ++i) faults.next(asking("GET", "/x"));
  EXPECT_EQ(faults.fired().at("record").as_array().size(), 1000u);
  EXPECT_FALSE(faults.next(asking("GET", "/api/brickwork/faults")));
}

int burst(RequestLimits& limits, const std::string& method, const std::string& path) {
  int granted = 0;
  while (!limits.refusal(asking(method, path))) ++granted;
  return granted;
}

TEST(RequestLimits, GrantEachClassASecondsWorthAtOnceAndThenItsRate) {
  std::int64_t now = 0;
  RequestLimits limits([&] { return now; });
  EXPECT_EQ(burst(limits, "POST", "/api/2.2/jobs/create"), 20);
  EXPECT_EQ(burst(limits, "POST", "/api/2.1/jobs/run-now"), 20);
  EXPECT_EQ(burst(limits, "POST", "/api/2.2/jobs/runs/submit"), 35);
  EXPECT_EQ(burst(limits, "GET", "/api/2.2/jobs/runs/get"), 100);
  EXPECT_EQ(burst(limits, "POST", "/api/2.0/dbfs/put"), 30);
  EXPECT_EQ(burst(limits, "GET", "/api/2.0/permissions/jobs/5"), 100);
  EXPECT_EQ(burst(limits, "PATCH", "/api/2.0/permissions/jobs/5"), 30);
  EXPECT_EQ(burst(limits, "GET", "/api/2.0/workspace/export"), 60);
  EXPECT_EQ(burst(limits, "POST", "/api/2.0/workspace/import"), 30);
  EXPECT_EQ(burst(limits, "POST", "/api/2.0/secrets/put"), 18);
  now += 500;
  EXPECT_EQ(burst(limits, "POST", "/api/2.0/jobs/create"), 10);
  now += 60'000;
  EXPECT_EQ(burst(limits, "POST", "/api/2.0/jobs/create"), 20);
  EXPECT_EQ(limits.refusal(asking("POST", "/api/2.0/jobs/create"))->status, 429);
}

TEST(RequestLimits, LeaveTheRestAlone) {
  RequestLimits limits([] { return std::int64_t{0}; });
  for (int i = 0; i < 1000; ++i) {
    EXPECT_FALSE(limits.refusal(asking("GET", "/api/2.2/jobs/list")));
    EXPECT_FALSE(limits.refusal(asking("GET", "/jobs/create")));
    EXPECT_FALSE(limits.refusal(asking("GET", "/api/")));
  }
}

}  // namespace
}  // namespace brickwork::local
