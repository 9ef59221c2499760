#include "auth/oauth_m2m.h"

#include "rest/client.h"
#include "unit/auth/login_test.h"

namespace brickwork {
namespace {

using namespace std::chrono_literals;

constexpr char kDiscovery[] = "https://h/oidc/.well-known/oauth-authorization-server";
constexpr char kToken[] = "https://h/oidc/v1/token";

class OauthM2m : public LoginTest {
 protected:
  OauthM2m() {
    variables = {
        {"DATABRICKS_HOST", "https://h"}, {"DATABRICKS_CLIENT_ID", "client"}, {"DATABRICKS_CLIENT_SECRET", kCanary}};
    pages[kDiscovery] = [](const HttpRequest&) {
      return answer(200, R"({"authorization_endpoint":"https://h/oidc/v1/authorize",
                             "token_endpoint":"https://h/oidc/v1/token"})");
    };
    pages[kToken] = [this](const HttpRequest&) { return token_reply(); };
  }

  VirtualLoop::Reply token_reply() {
    ++issued;
    return answer(200, R"({"access_token":"t)" + std::to_string(issued) +
                           R"(","token_type":"Bearer","expires_in":3600,"scope":"all-apis"})");
  }

  // The error of a first try, which never holds the secret.
  Status error(const char* connection = "{}") {
    const Result<Resolved> resolved = resolve(connection);
    const Status status = resolved.ok() ? headers(*resolved.value().credential).status() : resolved.status();
    EXPECT_FALSE(status.ok());
    if (status.ok()) return failure(Code::kOk, "");
    EXPECT_EQ(status->message.find(kCanary), std::string::npos) << status->message;
    return status;
  }

  int issued = 0;
};

TEST_F(OauthM2m, AsksTheEndpointThatTheHostNames) {
  const Resolved resolved = resolve("{}").value();
  EXPECT_EQ(resolved.credential->auth_type(), "oauth-m2m");
  EXPECT_EQ(authorization(*resolved.credential), "Bearer t1");
  ASSERT_EQ(loop.requests.size(), 2u);
  const HttpRequest& request = loop.requests[1];
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, kToken);
  EXPECT_EQ(request.body, "grant_type=client_credentials&scope=all-apis");
  EXPECT_EQ(header_of(request, "Authorization"), "Basic Y2xpZW50OmNhbmFyeS05Zjg2ZDA4MQ==");
  EXPECT_EQ(header_of(request, "Content-Type"), "application/x-www-form-urlencoded");
}

TEST_F(OauthM2m, OfAnAccountNeedsNoDiscovery) {
  variables["DATABRICKS_HOST"] = "https://accounts.cloud.databricks.com";
  EXPECT_EQ(error()->pointer, "/account_id");
  variables["DATABRICKS_ACCOUNT_ID"] = "abc";
  const std::string url = "https://accounts.cloud.databricks.com/oidc/accounts/abc/v1/token";
  pages[url] = [this](const HttpRequest&) { return token_reply(); };
  EXPECT_EQ(authorization(*resolve("{}").value().credential), "Bearer t1");
  EXPECT_EQ(loop.requests.size(), 1u);
}

TEST_F(OauthM2m, OfAHostForSeveralWorkspacesAsksItWhere) {
  pages[kDiscovery] = [](const HttpRequest&) { return answer(404, "{}"); };
  pages["https://h/.well-known/databricks-config"] = [](const HttpRequest&) {
    return answer(200, R"({"oidc_endpoint":"https://h/oidc/accounts/{account_id}","account_id":"abc"})");
  };
  pages["https://h/oidc/accounts/abc/.well-known/oauth-authorization-server"] = [](const HttpRequest&) {
    return answer(200, R"({"token_endpoint":"https://h/oidc/v1/token"})");
  };
  EXPECT_EQ(authorization(*resolve("{}").value().credential), "Bearer t1");
}

TEST_F(OauthM2m, TakesTheEndpointsOfTheConnectionAndTheDiscoveryUrl) {
  pages["https://elsewhere/token"] = [this](const HttpRequest&) { return token_reply(); };
  const char* named = R"({"endpoints":{"token_endpoint":"https://elsewhere/token",
                                       "authorization_endpoint":"https://elsewhere/authorize"}})";
  EXPECT_EQ(authorization(*resolve(named).value().credential), "Bearer t1");
  EXPECT_EQ(loop.requests.size(), 1u);

  variables["DATABRICKS_DISCOVERY_URL"] = "https://d/x";
  pages["https://d/x"] = [](const HttpRequest&) {
    return answer(200, R"({"token_endpoint":"https://h/oidc/v1/token"})");
  };
  EXPECT_EQ(authorization(*resolve("{}").value().credential), "Bearer t2");
  EXPECT_EQ(resolve(R"({"endpoints":{"aad":"https://x"}})").status()->pointer, "/endpoints/aad");
  EXPECT_EQ(resolve(R"({"endpoints":{"token_endpoint":"ftp://x"}})").status()->pointer, "/endpoints/token_endpoint");
}

TEST_F(OauthM2m, SendsTheScopesThatWereSet) {
  ASSERT_EQ(authorization(*resolve(R"({"scopes":"sql, jobs  clusters"})").value().credential), "Bearer t1");
  EXPECT_EQ(loop.requests.back().body, "grant_type=client_credentials&scope=clusters%20jobs%20sql");
}

TEST_F(OauthM2m, IsNotConfusedByAClockThatIsTenMinutesWrong) {
  for (const int off : {-600, 600}) {
    const std::int64_t now = loop.unix_ms() / 1000 + off;  // the provider's
    pages[kToken] = [&, now](const HttpRequest&) {
      return answer(200, R"({"access_token":"a","expires_on":")" + std::to_string(now + 3600) + R"("})",
                    {{"date", off < 0 ? "Fri, 21 Nov 2025 04:30:00 GMT" : "Fri, 21 Nov 2025 04:50:00 GMT"}});
    };
    const Resolved resolved = resolve("{}").value();
    EXPECT_EQ(authorization(*resolved.credential), "Bearer a");
    const std::optional<Instant> end = resolved.credential->expires_at();
    ASSERT_TRUE(end);
    EXPECT_NEAR(std::chrono::duration<double>(*end - loop.now()).count(), 3600, 5);
  }
}

TEST_F(OauthM2m, RepeatsWhatTheProviderSaysAndWhichSettingsTookPart) {
  pages[kToken] = [](const HttpRequest& request) {
    return answer(401, R"({"error":"invalid_client","error_description":"Client authentication failed for )" +
                           header_of(request, "Authorization") + " " + kCanary + R"("})");
  };
  const Status status = error();
  EXPECT_EQ(status.code(), Code::kUnauthenticated);
  EXPECT_EQ(status->http_status, 401);
  EXPECT_EQ(status->error_code, "invalid_client");
  EXPECT_NE(status->message.find("invalid_client: Client authentication failed for ***"), std::string::npos)
      << status->message;
  EXPECT_NE(status->message.find("client_id (environment variable DATABRICKS_CLIENT_ID)"), std::string::npos);
  EXPECT_NE(status->message.find("client_secret (environment variable DATABRICKS_CLIENT_SECRET)"), std::string::npos);
  EXPECT_EQ(status->message.find("Y2xpZW50"), std::string::npos) << status->message;
  EXPECT_FALSE(status->retryable);
}

TEST_F(OauthM2m, RecognisesALoginPageInPlaceOfJson) {
  for (const int http_status : {200, 403}) {
    pages[kToken] = [http_status](const HttpRequest&) {
      return VirtualLoop::Reply{.outcome = {.response = {.status = http_status,
                                                         .headers = {{"content-type", "text/html"}},
                                                         .body = "<html>Sign in</html>"}}};
    };
    const Status status = error();
    EXPECT_EQ(status.code(), Code::kFailedPrecondition);
    EXPECT_NE(status->message.find("page"), std::string::npos) << status->message;
  }
  pages[kToken] = [](const HttpRequest&) { return answer(302, "", {{"location", "https://login"}}); };
  EXPECT_EQ(error().code(), Code::kFailedPrecondition);
}

TEST_F(OauthM2m, TriesAProviderThatIsDownThrottledOrTalksNonsenseAgain) {
  const std::vector<VirtualLoop::Reply> troubles = {
      answer(503, "{}"), answer(429, "{}", {{"retry-after", "7"}}), answer(200, "nonsense"),
      VirtualLoop::Reply{.outcome = {.reached = Reached::kMaybeTaken, .failure = "broken"}},
      answer(400, R"({"error":"temporarily_unavailable"})")};
  for (const VirtualLoop::Reply& trouble : troubles) {
    int left = 2;
    pages[kToken] = [&](const HttpRequest&) { return left-- > 0 ? trouble : token_reply(); };
    const std::string next = "Bearer t" + std::to_string(issued + 1);
    EXPECT_EQ(authorization(*resolve("{}").value().credential), next);
  }
  pages[kToken] = [](const HttpRequest&) { return answer(503, "{}"); };
  const Status status = error(R"({"retry":{"max_attempts":3}})");
  EXPECT_EQ(status.code(), Code::kUnavailable);
  EXPECT_TRUE(status->retryable);
  EXPECT_EQ(status->attempts, 3);
}

TEST_F(OauthM2m, SendsNoSecretWithoutHttps) {
  variables["DATABRICKS_DISCOVERY_URL"] = "https://d/x";
  pages["https://d/x"] = [](const HttpRequest&) { return answer(200, R"({"token_endpoint":"http://plain/token"})"); };
  EXPECT_NE(error()->message.find("without https"), std::string::npos);
  EXPECT_EQ(asked("http://plain"), 0u);
  pages["https://d/x"] = [](const HttpRequest&) {
    return answer(200, R"({"token_endpoint":"http://127.0.0.1:1/token"})");
  };
  pages["http://127.0.0.1:1/token"] = [this](const HttpRequest&) { return token_reply(); };
  EXPECT_EQ(authorization(*resolve("{}").value().credential), "Bearer t1");
}

TEST_F(OauthM2m, WithoutASecretSaysWhatIsMissing) {
  variables.erase("DATABRICKS_CLIENT_SECRET");
  const Status status = resolve("{}").status();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_EQ(status->pointer, "/client_secret");
  EXPECT_NE(status->message.find("DATABRICKS_CLIENT_SECRET"), std::string::npos) << status->message;
}

TEST_F(OauthM2m, AsksItsHostForTheSecretThatTheConnectionMustNotHold) {
  variables = {{"DATABRICKS_HOST", "https://h"}};
  const Resolved resolved = resolve(R"({"client_id":"client"})").value();
  loop.later(5s, [this] { hand_over("client_secret", "given"); });
  EXPECT_EQ(authorization(*resolved.credential), "Bearer t1");
  EXPECT_EQ(asked_host_for, std::vector<std::string>{"client_secret"});

  const Resolved silent = resolve(R"({"client_id":"client"})").value();
  hand_over("client_secret", "");  // taken back
  EXPECT_EQ(authorization(*silent.credential, 5s),
            "error: the host was asked for the secret \"client_secret\" and did not hand it over within the "
            "operation's time limit");
}

TEST_F(OauthM2m, WaitsForTheNextSecretWhenItsHostRotatesThem) {
  variables = {{"DATABRICKS_HOST", "https://h"}};
  const Resolved resolved = resolve(R"({"client_id":"client"})").value();
  hand_over("client_secret", "old", loop.unix_ms() + 3'600'000);
  pages[kToken] = [this](const HttpRequest& request) {
    const bool is_old = header_of(request, "Authorization") == "Basic Y2xpZW50Om9sZA==";
    return is_old ? answer(401, R"({"error":"invalid_client"})") : token_reply();
  };
  loop.later(30s, [this] { hand_over("client_secret", "new", loop.unix_ms() + 3'600'000); });
  EXPECT_EQ(authorization(*resolved.credential), "Bearer t1");
}

TEST_F(OauthM2m, ReplaysARequestOnceWhenTheWorkspaceRefusesItsToken) {
  pages["https://h/api/"] = [this](const HttpRequest& request) {
    return header_of(request, "Authorization") == "Bearer t2" ? answer(200, "{}")
                                                              : answer(401, R"({"message":"expired"})");
  };
  const Resolved resolved = resolve("{}").value();
  RestClient client(loop, resolved.options, resolved.credential, {});
  Context context(loop, loop.now() + 60s);
  EXPECT_TRUE(loop.run(client.send(context, {.path = "/api/2.2/jobs/list"})).ok());
  EXPECT_EQ(issued, 2);
}

TEST_F(OauthM2m, WaitsForItsProviderAsLongAsTheOperationHas) {
  const Instant back = loop.now() + 10min;
  pages[kToken] = [this, back](const HttpRequest&) { return loop.now() < back ? answer(503, "{}") : token_reply(); };
  pages["https://h/api/"] = [](const HttpRequest&) { return answer(200, "{}"); };
  const Resolved resolved = resolve("{}").value();
  RestClient client(loop, resolved.options, resolved.credential, {});
  Context hurried(loop, loop.now() + 20s);
  const Status status = loop.run(client.send(hurried, {.path = "/api/2.2/jobs/list"})).status();
  EXPECT_EQ(status.code(), Code::kUnavailable);
  EXPECT_EQ(status->sent, false);
  EXPECT_EQ(status->operation, "GET /api/2.2/jobs/list");
  Context patient(loop, loop.now() + 30min);
  EXPECT_TRUE(loop.run(client.send(patient, {.path = "/api/2.2/jobs/list"})).ok());
}

}  // namespace
}  // namespace brickwork
