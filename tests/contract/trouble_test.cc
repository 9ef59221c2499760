#include <gtest/gtest.h>

#include <cstdlib>

#include "contract/groups.h"

namespace brickwork::contract {
namespace {

struct Trouble : testing::Test {
  json::object ask() const { return {{"run_id", 4711}}; }

  LocalWorkspace workspace;
  Host host{workspace};
};

json::object impatient() { return {{"retry", json::object{{"max_attempts", 2}, {"first_delay_ms", 10}}}}; }

TEST_F(Trouble, AHostThatDoesNotResolveIsUnavailable) {
  const Host lost("https://nowhere.invalid", "dapi-x", impatient());
  const Answer answer = lost.call(BW_RUN_GET, ask());
  EXPECT_EQ(answer.status, BW_UNAVAILABLE) << json::serialize(answer.error);
  EXPECT_NE(answer.message.find("nowhere.invalid"), std::string::npos) << answer.message;
}

TEST_F(Trouble, AHostThatRefusesIsUnavailable) {
  workspace.kill();
  const Host refused(workspace.url(), "dapi-x", impatient());
  const Answer answer = refused.call(BW_RUN_GET, ask());
  EXPECT_EQ(answer.status, BW_UNAVAILABLE) << json::serialize(answer.error);
  EXPECT_TRUE(answer.error.at("retryable").as_bool());
}

TEST_F(Trouble, AHostThatResetsIsAskedAgain) {
  host.disturb(
      {json::object{{"path", "/api/2.2/jobs/list"}, {"count", 2}, {"fault", json::object{{"kind", "reset_before"}}}}});
  EXPECT_EQ(host.call(BW_REST, {{"method", "GET"}, {"path", "/api/2.2/jobs/list"}}).status, BW_OK);
}

TEST_F(Trouble, ASlowHostRunsIntoTheTimeLimit) {
  host.disturb({json::object{{"path", "/api/2.2/jobs/runs/get"},
                             {"count", -1},
                             {"fault", json::object{{"kind", "delay"}, {"delay_ms", 5000}}}}});
  const Answer answer = host.call(BW_RUN_GET, ask(), 300);
  EXPECT_EQ(answer.status, BW_DEADLINE_EXCEEDED) << json::serialize(answer.error);
}

TEST(TroubleWithTls, AWrongCertificateIsRefusedUnlessItsAuthorityIsNamed) {
  char pattern[] = "/tmp/brickwork-certificate-XXXXXX";
  ASSERT_NE(mkdtemp(pattern), nullptr);
  const std::string directory = pattern;
  const std::string command =
      "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext "
      "subjectAltName=IP:127.0.0.1 -keyout " +
      directory + "/key.pem -out " + directory + "/certificate.pem 2>/dev/null";
  ASSERT_EQ(std::system(command.c_str()), 0);
  const LocalWorkspace workspace({"--tls", directory + "/certificate.pem", directory + "/key.pem"});

  const Host careful(workspace.url(), workspace.token(), impatient());
  const Answer refused = careful.call(BW_AUTH_CHECK, {});
  EXPECT_EQ(refused.status, BW_UNAVAILABLE) << json::serialize(refused.error);
  EXPECT_NE(refused.message.find("certificate"), std::string::npos) << refused.message;

  const Host informed(workspace, {{"tls", json::object{{"ca_file", directory + "/certificate.pem"}}}});
  EXPECT_EQ(informed.call(BW_AUTH_CHECK, {}).status, BW_OK);
  std::filesystem::remove_all(directory);
}

TEST_F(Trouble, ARunThatDoesNotExistIsNotFoundByEveryVerb) {
  for (const std::uint32_t verb :
       {BW_RUN_ATTACH, BW_RUN_GET, BW_RUN_WATCH, BW_RUN_OUTPUT, BW_RUN_CANCEL, BW_RUN_REPAIR_PLAN, BW_RUN_REPAIR}) {
    const Answer answer = host.call(verb, ask());
    EXPECT_EQ(answer.status, BW_NOT_FOUND) << verb << json::serialize(answer.error);
  }
}

TEST_F(Trouble, AReferenceThatIsNoneIsPointedAt) {
  EXPECT_EQ(text(host.call(BW_RUN_GET, {{"run_id", "x"}}).error, "pointer"), "/run_id");
  EXPECT_EQ(text(host.call(BW_RUN_GET, {{"url", "https://example.com/"}}).error, "pointer"), "/url");
  EXPECT_EQ(text(host.call(BW_RUN_GET, {{"handle", 1}}).error, "pointer"), "/handle");
  EXPECT_EQ(host.call(BW_RUN_GET, {}).status, BW_INVALID_ARGUMENT);
  json::object foreign{{"host", "https://elsewhere.example"}, {"run_id", 1}};
  EXPECT_EQ(text(host.call(BW_RUN_GET, {{"handle", std::move(foreign)}}).error, "pointer"), "/handle/host");
}

TEST_F(Trouble, ParametersOverTenThousandBytesAreRefusedAndNothingRuns) {
  json::array tasks;
  tasks.push_back(condition_task("a", "1", "1"));
  json::object group = group_of("big parameters", std::move(tasks));
  json::array parameters;
  parameters.push_back(json::object{{"name", "p"}, {"default", ""}});
  group["parameters"] = std::move(parameters);
  const Answer answer = host.call(
      BW_GROUP_LAUNCH, {{"group", std::move(group)}, {"parameters", json::object{{"p", std::string(10'001, 'x')}}}});
  EXPECT_EQ(answer.status, BW_INVALID_ARGUMENT) << json::serialize(answer.error);
  EXPECT_FALSE(host.rest("GET", "/api/2.2/jobs/runs/list").contains("runs"));
}

TEST_F(Trouble, AWatchOutlivesTheWorkspaceAndTellsThatItsStateIsOld) {
  const json::object launched = host.done(BW_GROUP_LAUNCH, {{"group", endless_group(host, "outlived")}});
  const std::uint64_t op = host.start(BW_RUN_WATCH, {{"handle", launched.at("handle")}});
  bool killed = false, stale = false;
  const Answer answer = host.wait(op, [&](const json::object& state) {
    const bool is_stale = state.contains("stale_since_ms");
    if (!killed && text(state, "verdict") == "running") {
      killed = true;
      workspace.kill();
    } else if (is_stale && !stale) {
      stale = true;
      EXPECT_EQ(text(state, "verdict"), "running");
      workspace.start();
    }
  });
  EXPECT_TRUE(stale);
  ASSERT_EQ(answer.status, BW_OK) << json::serialize(answer.error);
  EXPECT_EQ(text(answer.response, "verdict"), "failed") << json::serialize(answer.response);
  EXPECT_FALSE(answer.response.contains("stale_since_ms"));
  EXPECT_EQ(host.rest("GET", "/api/2.2/jobs/runs/list").at("runs").as_array().size(), 1u);
}

TEST_F(Trouble, AWatchThatIsCancelledLeavesTheRunAlone) {
  const json::object launched = host.done(BW_GROUP_LAUNCH, {{"group", endless_group(host, "left")}});
  const std::uint64_t op = host.start(BW_RUN_WATCH, {{"handle", launched.at("handle")}});
  host.stop(op);
  EXPECT_EQ(host.wait(op).status, BW_CANCELLED);
  EXPECT_EQ(text(host.done(BW_RUN_GET, {{"handle", launched.at("handle")}}), "verdict"), "running");
}

TEST_F(Trouble, RefusalsAndBusyAnswersAreWaitedOut) {
  json::array tasks;
  tasks.push_back(condition_task("a", "1", "1"));
  const json::object group = group_of("busy", std::move(tasks));
  json::array rules;
  for (const auto& [path, status] : {std::pair("/api/2.2/jobs/list", 503), std::pair("/api/2.2/jobs/create", 429),
                                     std::pair("/api/2.2/jobs/run-now", 429), std::pair("/api/2.2/jobs/runs/get", 500)})
    rules.push_back(json::object{{"path", path}, {"fault", json::object{{"kind", "status"}, {"status", status}}}});
  host.disturb(std::move(rules));
  const json::object response = host.done(BW_GROUP_RUN, {{"group", group}, {"launch_key", "k"}});
  EXPECT_EQ(text(response.at("state").as_object(), "verdict"), "succeeded");
  EXPECT_EQ(host.rest("GET", "/api/2.2/jobs/runs/list").at("runs").as_array().size(), 1u);
}

}  // namespace
}  // namespace brickwork::contract
