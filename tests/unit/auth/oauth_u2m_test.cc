#include "auth/oauth_u2m.h"

#include "auth/base64.h"
#include "auth/timestamp.h"
#include "auth/u2m_login.h"
#include "engine/sha256.h"
#include "unit/auth/login_test.h"

namespace brickwork {
namespace {

using namespace std::chrono_literals;

// What the Python SDK calls its file for https://h, databricks-cli, all-apis and offline_access, without a profile.
constexpr char kPythonFile[] =
    ".config/databricks-sdk-py/oauth/3ebda2adbad7228baf741ac7bb9bc560793d6677c118ddb5b1575b8d70b9b33b.json";
constexpr char kCliFile[] = ".databricks/token-cache.json";
constexpr char kBrowser[] = R"({"host":"https://h","auth_type":"external-browser"})";

class OauthU2m : public LoginTest {
 protected:
  OauthU2m() {
    pages["https://h/oidc/.well-known/"] = [](const HttpRequest&) {
      return answer(200, R"({"authorization_endpoint":"https://h/oidc/v1/authorize",
                             "token_endpoint":"https://h/oidc/v1/token"})");
    };
    pages["https://h/oidc/v1/token"] = [this](const HttpRequest& request) { return token_reply(request); };
  }

  // Each refresh token is good for one use, as with Databricks' own applications.
  VirtualLoop::Reply token_reply(const HttpRequest& request) {
    if (request.body.find("refresh_token=" + good_refresh) == std::string::npos &&
        request.body.find("code=") == std::string::npos) {
      return answer(400, R"({"error":"invalid_request","error_description":"Refresh token is invalid"})");
    }
    good_refresh = "refresh-" + std::to_string(++issued);
    return answer(200, R"({"access_token":"access-)" + std::to_string(issued) + R"(","token_type":"Bearer",)" +
                           R"("refresh_token":")" + good_refresh + R"(","expires_in":3600})");
  }

  std::string cached(const std::string& refresh, milliseconds left) {
    return R"({"access_token":"kept","token_type":"Bearer","refresh_token":")" + refresh + R"(","expiry":")" +
           timestamp(loop.unix_ms() + left.count()) + R"("})";
  }
  boost::json::value read(const std::string& name) {
    std::ifstream file(home + "/" + name);
    return boost::json::parse(std::string{std::istreambuf_iterator<char>(file), {}});
  }
  // A login whose host may not be asked, as the command line has it.
  Result<Resolved> by_profile(const std::string& auth_type) {
    variables = {{"DATABRICKS_HOST", "https://h"}, {"DATABRICKS_AUTH_TYPE", auth_type}};
    return resolve("{}");
  }

  int issued = 0;
  std::string good_refresh = "refresh-0";
};

TEST_F(OauthU2m, UsesTheTokenThatThePythonSdkLeft) {
  write(kPythonFile, R"({"token":)" + cached("refresh-0", 30min) + "}");
  const Resolved resolved = by_profile("external-browser").value();
  EXPECT_EQ(authorization(*resolved.credential), "Bearer kept");
  EXPECT_TRUE(loop.requests.empty());
  // Refused by the workspace, it is renewed and kept where the SDK finds it.
  EXPECT_TRUE(resolved.credential->rejected(headers(*resolved.credential).value()));
  EXPECT_EQ(authorization(*resolved.credential), "Bearer access-1");
  EXPECT_EQ(loop.requests.back().body, "grant_type=refresh_token&refresh_token=refresh-0&client_id=databricks-cli");
  const boost::json::value file = read(kPythonFile);
  EXPECT_EQ(file.at("token").at("refresh_token"), "refresh-1");
  EXPECT_EQ(file.at("token").at("access_token"), "access-1");
  EXPECT_EQ(read_timestamp(file.at("token").at("expiry").as_string()), loop.unix_ms() / 1 + 3'600'000);
  EXPECT_EQ(std::filesystem::status(home + "/" + kPythonFile).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(OauthU2m, RenewsATokenThatEndsSoon) {
  write(kPythonFile, R"({"token":)" + cached("refresh-0", 4min) + "}");
  EXPECT_EQ(authorization(*by_profile("external-browser").value().credential), "Bearer access-1");
}

TEST_F(OauthU2m, FindsTheLoginOfTheCliByHostWithoutBeingTold) {
  write(kCliFile, R"({"version":1,"tokens":{"https://h":)" + cached("refresh-0", 1min) +
                      R"(,"https://other":{"access_token":"o","token_type":"Bearer"}}})");
  variables = {{"DATABRICKS_HOST", "https://h"}};
  const Resolved resolved = resolve("{}").value();
  EXPECT_EQ(resolved.credential->auth_type(), "databricks-cli");
  EXPECT_EQ(authorization(*resolved.credential), "Bearer access-1");
  const boost::json::value file = read(kCliFile);
  EXPECT_EQ(file.at("version"), 1);
  EXPECT_EQ(file.at("tokens").at("https://h").at("refresh_token"), "refresh-1");
  EXPECT_EQ(file.at("tokens").at("https://other").at("access_token"), "o");
}

TEST_F(OauthU2m, TriesAgainWithWhatAnotherProgramKeptMeanwhile) {
  write(kPythonFile, R"({"token":)" + cached("refresh-old", 1min) + "}");
  pages["https://h/oidc/v1/token"] = [this](const HttpRequest& request) {
    if (issued == 0) write(kPythonFile, R"({"token":)" + cached("refresh-0", 1min) + "}");
    return token_reply(request);
  };
  EXPECT_EQ(authorization(*by_profile("external-browser").value().credential), "Bearer access-1");
}

TEST_F(OauthU2m, SaysHowToLogInAgain) {
  std::string error = authorization(*by_profile("external-browser").value().credential);
  EXPECT_NE(error.find("brickwork auth login"), std::string::npos) << error;
  write(kPythonFile, R"({"token":)" + cached(kCanary, 1min) + "}");
  const Resolved resolved = by_profile("external-browser").value();
  const Status status = headers(*resolved.credential).status();
  EXPECT_EQ(status.code(), Code::kUnauthenticated);
  EXPECT_NE(status->message.find("Refresh token is invalid"), std::string::npos) << status->message;
  EXPECT_NE(status->message.find("brickwork auth login"), std::string::npos) << status->message;
  EXPECT_EQ(status->message.find(kCanary), std::string::npos) << status->message;
  write(kPythonFile, "{");
  error = authorization(*by_profile("external-browser").value().credential);
  EXPECT_NE(error.find("not JSON any more"), std::string::npos) << error;
}

TEST_F(OauthU2m, AsksItsHostForTheRefreshTokenAndTellsItTheNext) {
  const Resolved resolved = resolve(kBrowser).value();
  loop.later(10s, [this] { hand_over("refresh_token", "refresh-0"); });
  EXPECT_EQ(authorization(*resolved.credential), "Bearer access-1");
  EXPECT_EQ(asked_host_for, std::vector<std::string>{"refresh_token"});
  EXPECT_EQ(resolved.credential->refresh_token(), "refresh-1");
  pass(2h);
  EXPECT_EQ(authorization(*resolved.credential), "Bearer access-2");  // by the next one, not by the one given
  EXPECT_FALSE(std::filesystem::exists(home + "/" + kPythonFile));
}

TEST_F(OauthU2m, WaitsForItsUserToLogInAgain) {
  const Resolved resolved = resolve(kBrowser).value();
  hand_over("refresh_token", "revoked", loop.unix_ms() + 3'600'000);
  loop.later(60s, [this] { hand_over("refresh_token", "refresh-0", loop.unix_ms() + 3'600'000); });
  EXPECT_EQ(authorization(*resolved.credential), "Bearer access-1");
  EXPECT_EQ(asked_host_for, std::vector<std::string>{"refresh_token"});
}

class U2mConsentTest : public OauthU2m {
 protected:
  U2mConsent begin() {
    Context context(loop, loop.now() + 60s);
    return loop.run(begin_u2m(context, *resolved.login, "")).value();
  }
  Result<U2mTokens> finish(U2mCallback callback, bool keep = false) {
    Context context(loop, loop.now() + 60s);
    return loop.run(exchange_u2m(context, *resolved.login, std::move(callback), keep));
  }
  Resolved resolved = resolve(R"({"host":"https://h"})").value();
};

TEST_F(U2mConsentTest, SendsTheBrowserWithAChallenge) {
  const U2mConsent consent = begin();
  EXPECT_EQ(consent.code_verifier.size(), 86u);
  EXPECT_EQ(consent.url, "https://h/oidc/v1/authorize?client_id=databricks-cli&code_challenge=" +
                             base64_url(sha256(consent.code_verifier)) +
                             "&code_challenge_method=S256&redirect_uri=http%3A%2F%2Flocalhost%3A8020&response_type=code"
                             "&scope=all-apis%20offline_access&state=" +
                             consent.state);
  EXPECT_NE(begin().state, consent.state);
  // RFC 7636, appendix B.
  EXPECT_EQ(base64_url(sha256("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

TEST_F(U2mConsentTest, ExchangesWhatTheBrowserBroughtBack) {
  const U2mConsent consent = begin();
  const Result<U2mTokens> tokens =
      finish({.query = "http://localhost:8020/?code=a%2Fb&state=" + consent.state, .expected = consent}, true);
  ASSERT_TRUE(tokens.ok()) << tokens.status()->message;
  EXPECT_EQ(tokens.value().refresh_token, "refresh-1");
  EXPECT_EQ(loop.requests.back().body,
            "grant_type=authorization_code&client_id=databricks-cli&redirect_uri=http%3A%2F%2Flocalhost%3A8020&code="
            "a%2Fb&code_verifier=" +
                consent.code_verifier);
  EXPECT_EQ(tokens.value().kept_in, home + "/" + kPythonFile);
  EXPECT_EQ(authorization(*by_profile("external-browser").value().credential), "Bearer access-1");
}

TEST_F(U2mConsentTest, OfAConfidentialClientSendsItsSecret) {
  resolved = resolve(R"({"host":"https://h","client_id":"app","auth_type":"external-browser","scopes":"sql"})").value();
  hand_over("client_secret", "own");
  const U2mConsent consent = begin();
  EXPECT_NE(consent.url.find("client_id=app"), std::string::npos);
  EXPECT_NE(consent.url.find("scope=sql%20offline_access"), std::string::npos);
  ASSERT_TRUE(finish({.code = "c", .state = consent.state, .expected = consent}).ok());
  EXPECT_NE(loop.requests.back().body.find("&client_secret=own"), std::string::npos);
}

TEST_F(U2mConsentTest, RefusesWhatBelongsToAnotherLogin) {
  const U2mConsent consent = begin();
  const std::size_t before = loop.requests.size();
  EXPECT_EQ(finish({.query = "?code=c&state=other", .expected = consent}).status()->pointer, "/state");
  EXPECT_EQ(finish({.query = "?state=" + consent.state, .expected = consent}).status()->pointer, "/callback");
  U2mConsent without = consent;
  without.code_verifier = "";
  EXPECT_EQ(finish({.query = "?code=c&state=" + consent.state, .expected = without}).status()->pointer,
            "/code_verifier");
  const Status denied =
      finish({.query = "?error=access_denied&error_description=no+consent", .expected = consent}).status();
  EXPECT_EQ(denied.code(), Code::kUnauthenticated);
  EXPECT_NE(denied->message.find("access_denied: no consent"), std::string::npos) << denied->message;
  EXPECT_EQ(loop.requests.size(), before);
  pages["https://h/oidc/v1/token"] = [](const HttpRequest&) {
    return answer(400, R"({"error":"invalid_grant","error_description":"code_verifier does not match"})");
  };
  const Status wrong = finish({.query = "?code=c&state=" + consent.state, .expected = consent}).status();
  EXPECT_NE(wrong->message.find("invalid_grant: code_verifier does not match"), std::string::npos) << wrong->message;
  EXPECT_EQ(wrong->message.find(consent.code_verifier), std::string::npos);
}

TEST(Timestamp, ReadsWhatTheSdksWrite) {
  EXPECT_EQ(read_timestamp("2026-11-21T20:15:26Z"), 1795292126000);
  EXPECT_EQ(read_timestamp("2026-11-21T20:15:26.123456789Z"), 1795292126123);
  EXPECT_EQ(read_timestamp("2026-11-21T22:15:26.5+02:00"), 1795292126500);
  EXPECT_EQ(read_timestamp("2026-11-21T15:15:26-05:00"), 1795292126000);
  EXPECT_EQ(timestamp(1795292126123), "2026-11-21T20:15:26.123000+00:00");
  EXPECT_TRUE(read_timestamp("2026-11-21T20:15:26.123456"));  // local time
  for (const char* broken : {"", "yesterday", "2026-11-21", "2026-11-21T20:15:26+", "2026-11-21T20:15:26 x"})
    EXPECT_FALSE(read_timestamp(broken)) << broken;
}

}  // namespace
}  // namespace brickwork
