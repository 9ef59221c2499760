#include <filesystem>

#include "unit/auth/login_test.h"

namespace brickwork {
namespace {

using namespace std::chrono_literals;

constexpr char kToken[] = "https://h/oidc/v1/token";
constexpr char kConfig[] = "https://h/.well-known/databricks-config";

class Federation : public LoginTest {
 protected:
  Federation() {
    variables["DATABRICKS_HOST"] = "https://h";
    pages["https://h/oidc/.well-known/oauth-authorization-server"] = [](const HttpRequest&) {
      return answer(200, R"({"token_endpoint":"https://h/oidc/v1/token"})");
    };
    pages[kToken] = [this](const HttpRequest&) {
      return answer(
          200, R"({"access_token":"t)" + std::to_string(++issued) + R"(","token_type":"Bearer","expires_in":600})");
    };
  }

  Status error(const char* connection = "{}") {
    const Result<Resolved> resolved = resolve(connection);
    const Status status = resolved.ok() ? headers(*resolved.value().credential).status() : resolved.status();
    EXPECT_FALSE(status.ok());
    if (status.ok()) return failure(Code::kOk, "");
    EXPECT_EQ(status->message.find(kCanary), std::string::npos) << status->message;
    return status;
  }

  void set_github() {
    variables["DATABRICKS_CLIENT_ID"] = "principal";
    variables["ACTIONS_ID_TOKEN_REQUEST_URL"] = "https://actions/token?x=1";
    variables["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = kCanary;
    pages["https://actions/token"] = [](const HttpRequest&) { return answer(200, R"({"value":"github"})"); };
  }

  void set_devops() {
    variables["DATABRICKS_CLIENT_ID"] = "principal";
    variables["SYSTEM_ACCESSTOKEN"] = kCanary;
    variables["SYSTEM_TEAMFOUNDATIONCOLLECTIONURI"] = "https://dev/org/";
    variables["SYSTEM_TEAMPROJECTID"] = "project";
    variables["SYSTEM_PLANID"] = "plan";
    variables["SYSTEM_JOBID"] = "job";
    variables["SYSTEM_HOSTTYPE"] = "build";
  }

  std::string kind() { return resolve("{}").value().credential->auth_type(); }

  int issued = 0;
};

TEST_F(Federation, ExchangesWhatTheVariableHolds) {
  variables["DATABRICKS_OIDC_TOKEN"] = kCanary;
  variables["DATABRICKS_CLIENT_ID"] = "principal";
  const Resolved resolved = resolve("{}").value();
  EXPECT_EQ(resolved.credential->auth_type(), "env-oidc");
  EXPECT_EQ(authorization(*resolved.credential), "Bearer t1");
  EXPECT_EQ(loop.requests.back().body,
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&subject_token_type="
            "urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt&scope=all-apis&client_id=principal&subject_token=" +
                std::string(kCanary));
}

TEST_F(Federation, OfAnAccountNamesNoPrincipal) {
  variables["MINE"] = "token";
  EXPECT_EQ(authorization(*resolve(R"({"oidc_token_env":"MINE"})").value().credential), "Bearer t1");
  EXPECT_EQ(loop.requests.back().body.find("client_id"), std::string::npos);
  EXPECT_EQ(error(R"({"oidc_token_env":"OTHER"})")->pointer, "/oidc_token_env");
}

TEST_F(Federation, ReadsTheFileForEachExchange) {
  write("token", "first\n");
  variables["DATABRICKS_OIDC_TOKEN_FILEPATH"] = home + "/token";
  const Resolved resolved = resolve("{}").value();
  EXPECT_EQ(resolved.credential->auth_type(), "file-oidc");
  EXPECT_EQ(authorization(*resolved.credential), "Bearer t1");
  EXPECT_NE(loop.requests.back().body.find("subject_token=first"), std::string::npos);
  write("token", "second");
  pass(10min);
  EXPECT_EQ(authorization(*resolved.credential), "Bearer t2");
  EXPECT_TRUE(loop.requests.back().body.ends_with("subject_token=second"));
}

TEST_F(Federation, SaysWhyTheFileCannotBeRead) {
  variables["DATABRICKS_OIDC_TOKEN_FILEPATH"] = home + "/gone";
  EXPECT_NE(error()->message.find("/gone of oidc_token_filepath cannot be read: No such file"), std::string::npos);
  write("gone", " \n");
  EXPECT_NE(error()->message.find("is empty"), std::string::npos);
  variables["DATABRICKS_OIDC_TOKEN_FILEPATH"] = home;
  EXPECT_NE(error()->message.find("it is no file"), std::string::npos);
}

TEST_F(Federation, ThatIsRefusedNamesThePolicyAndHidesTheToken) {
  variables["DATABRICKS_OIDC_TOKEN"] = kCanary;
  pages[kToken] = [](const HttpRequest& request) {
    return answer(400, R"({"error":"invalid_grant","error_description":"no policy takes )" + request.body + R"("})");
  };
  const Status status = error();
  EXPECT_EQ(status.code(), Code::kUnauthenticated);
  EXPECT_NE(status->message.find("invalid_grant: no policy takes"), std::string::npos) << status->message;
  EXPECT_NE(status->message.find("DATABRICKS_OIDC_TOKEN"), std::string::npos) << status->message;
}

TEST_F(Federation, OfGithubAsksForWhomTheHostWants) {
  set_github();
  EXPECT_EQ(kind(), "github-oidc");
  const auto audience = [this](const char* connection) {
    EXPECT_EQ(authorization(*resolve(connection).value().credential), "Bearer t" + std::to_string(issued + 1));
    for (auto request = loop.requests.rbegin(); request != loop.requests.rend(); ++request)
      if (const std::size_t at = request->url.find("&audience="); at != std::string::npos)
        return request->url.substr(at + 10);
    return std::string();
  };
  EXPECT_EQ(audience(R"({"token_audience":"mine"})"), "mine");
  EXPECT_EQ(asked(kConfig), 0u);
  EXPECT_EQ(audience("{}"), "https%3A%2F%2Fh%2Foidc%2Fv1%2Ftoken");  // an older host, which says nothing of itself
  pages[kConfig] = [](const HttpRequest&) {
    return answer(200, R"({"workspace_id":"1","token_federation_default_oidc_audiences":["wish","other"]})");
  };
  EXPECT_EQ(audience("{}"), "wish");
  pages[kConfig] = [](const HttpRequest&) { return answer(200, "{}"); };
  EXPECT_EQ(audience(R"({"account_id":"abc"})"), "abc");
}

TEST_F(Federation, OfGithubStepsBackBehindAnotherLogin) {
  set_github();
  variables.erase("DATABRICKS_CLIENT_ID");
  EXPECT_EQ(kind(), "github-oidc");
  variables["DATABRICKS_TOKEN"] = "t";
  EXPECT_EQ(kind(), "pat");
  variables.erase("DATABRICKS_TOKEN");
  variables["DATABRICKS_OIDC_TOKEN_FILEPATH"] = "/x";
  EXPECT_EQ(kind(), "file-oidc");
}

TEST_F(Federation, OfGithubSaysWhatTheJobLacks) {
  EXPECT_NE(error(R"({"auth_type":"github-oidc"})")->message.find("id-token: write"), std::string::npos);
  set_github();
  pages["https://actions/token"] = [](const HttpRequest& request) {
    return answer(403, R"({"message":"not you: )" + header_of(request, "Authorization") + R"("})");
  };
  const Status status = error();
  EXPECT_NE(status->message.find("not you: ***"), std::string::npos) << status->message;
  pages["https://actions/token"] = [](const HttpRequest&) { return answer(200, R"({"value":""})"); };
  EXPECT_TRUE(error()->retryable);
}

TEST_F(Federation, OfAzurePipelinesAsksTheJob) {
  set_devops();
  const std::string url =
      "https://dev/org/project/_apis/distributedtask/hubs/build/plans/plan/jobs/job/"
      "oidctoken?api-version=7.2-preview.1";
  pages[url] = [](const HttpRequest& request) {
    EXPECT_EQ(request.method, "POST");
    return answer(200, R"({"oidcToken":"devops"})");
  };
  EXPECT_EQ(kind(), "azure-devops-oidc");
  EXPECT_EQ(authorization(*resolve("{}").value().credential), "Bearer t1");
  EXPECT_NE(loop.requests.back().body.find("subject_token=devops"), std::string::npos);
  pages[url] = [](const HttpRequest&) { return answer(401, R"({"message":"TF400813: not authorized"})"); };
  EXPECT_NE(error()->message.find("TF400813"), std::string::npos);
  variables.erase("SYSTEM_ACCESSTOKEN");
  EXPECT_NE(error(R"({"auth_type":"azure-devops-oidc"})")->message.find("not set here: SYSTEM_ACCESSTOKEN"),
            std::string::npos);
}

TEST_F(Federation, MetadataServiceKnowsTheHost) {
  variables["DATABRICKS_METADATA_SERVICE_URL"] = std::string("http://localhost:1/") + kCanary;
  pages["http://localhost:1/"] = [this](const HttpRequest& request) {
    EXPECT_EQ(header_of(request, "X-Databricks-Metadata-Version"), "1");
    EXPECT_EQ(header_of(request, "X-Databricks-Host"), "https://h");
    return answer(200, R"({"access_token":"m","token_type":"Bearer","expires_on":)" +
                           std::to_string(loop.unix_ms() / 1000 + 600) + "}");
  };
  EXPECT_EQ(kind(), "metadata-service");
  EXPECT_EQ(authorization(*resolve("{}").value().credential), "Bearer m");
  pages["http://localhost:1/"] = [](const HttpRequest& request) {
    return answer(404, R"({"message":")" + request.url + "\"}");
  };
  EXPECT_NE(error()->message.find("DATABRICKS_METADATA_SERVICE_URL"), std::string::npos);
}

TEST_F(Federation, MetadataServiceIsOneOfThisMachine) {
  for (const char* url : {"http://169.254.169.254/x", "https://other/x", "http://localhost@other/x", "localhost:1",
                          "http://localhost.example/", "http://127.0.0.1.example/"}) {
    variables["DATABRICKS_METADATA_SERVICE_URL"] = url;
    const Status status = error();
    EXPECT_EQ(status->pointer, "/metadata_service_url") << url;
    EXPECT_NE(status->message.find("DATABRICKS_METADATA_SERVICE_URL"), std::string::npos);
  }
  EXPECT_TRUE(loop.requests.empty());
}

}  // namespace
}  // namespace brickwork
