#include "auth/check.h"

#include "auth/needs.h"
#include "auth/oauth_app.h"
#include "auth/session_info.h"
#include "unit/auth/login_test.h"

namespace brickwork {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

class Check : public LoginTest {
 protected:
  Check() {
    variables = {{"DATABRICKS_HOST", "https://h"}, {"DATABRICKS_TOKEN", kCanary}, {"DATABRICKS_ACCOUNT_ID", "acc"}};
    resolved = resolve("{}").value();
    client = std::make_unique<RestClient>(loop, resolved.options, resolved.credential, RestClient::Log());
    says("/api/2.0/preview/scim/v2/Me", R"({"id":"7","userName":"me@x","groups":[{"display":"data"}]})");
  }

  void says(const std::string& path, const std::string& body, int status = 200) {
    pages["https://h" + path] = [=](const HttpRequest&) { return answer(status, body); };
  }
  Result<json::object> check(const char* request) {
    Context context(loop, loop.now() + 60s);
    return loop.run(
        check_login(context, *client, *resolved.credential, resolved.sources, json::parse(request).as_object()));
  }
  Result<json::object> session(const char* request) {
    Context context(loop, loop.now() + 60s);
    return loop.run(
        session_info(context, *client, *resolved.credential, *resolved.login, json::parse(request).as_object()));
  }
  Result<json::object> app(const char* request) {
    Context context(loop, loop.now() + 60s);
    return loop.run(create_oauth_app(context, *client, *resolved.login, json::parse(request).as_object()));
  }

  Resolved resolved;
  std::unique_ptr<RestClient> client;
};

TEST_F(Check, SaysWhoByWhichLoginAndFromWhere) {
  const json::object answer = check("{}").value();
  EXPECT_EQ(answer.at("user_name"), "me@x");
  EXPECT_EQ(answer.at("auth_type"), "pat");
  EXPECT_TRUE(answer.at("expires_at_ms").is_null());
  EXPECT_EQ(answer.at("sources").at("token"), "environment variable DATABRICKS_TOKEN");
  EXPECT_EQ(json::serialize(answer).find(kCanary), std::string::npos);
}

TEST_F(Check, NamesEachPermissionThatTheGroupLacksWithTheWayOut) {
  says("/api/2.1/clusters/get?cluster_id=mine", "{}");
  says("/api/2.1/clusters/get?cluster_id=other", R"({"error_code":"PERMISSION_DENIED","message":"no attach"})", 403);
  says("/api/2.0/policies/clusters/get?policy_id=p", R"({"message":"no such policy"})", 404);
  says("/api/2.2/jobs/list", R"({"jobs":[{"job_id":5}]})");
  says("/api/2.0/permissions/jobs/5",
       R"({"access_control_list":[{"user_name":"me@x","all_permissions":[{"permission_level":"CAN_VIEW"}]},
                                  {"group_name":"admins","all_permissions":[{"permission_level":"CAN_MANAGE"}]}]})");
  const char* group = R"({"group":{"name":"g","job_clusters":[{"new_cluster":{"num_workers":1}},
      {"new_cluster":{"policy_id":"p"}}],"tasks":[{"existing_cluster_id":"mine"},{"tasks":[{"existing_cluster_id":"other"}]},
      {"existing_cluster_id":"{{job.parameters.c}}"}]}})";
  const json::object answer = check(group).value();
  EXPECT_EQ(answer.at("permissions").as_array().size(), 5u);
  std::string pointers;
  for (const json::value& problem : answer.at("problems").as_array()) {
    pointers += std::string(problem.at("pointer").as_string()) + " ";
    EXPECT_FALSE(problem.at("fix").as_string().empty());
    EXPECT_FALSE(problem.at("message").as_string().empty());
  }
  EXPECT_EQ(pointers,
            "/group/job_clusters/0/new_cluster /group/job_clusters/1/new_cluster/policy_id "
            "/group/tasks/1/tasks/0/existing_cluster_id /group/name ");
  for (const HttpRequest& request : loop.requests) EXPECT_EQ(request.method, "GET");
}

TEST_F(Check, LetsAnOwnerAndAnAdministratorPass) {
  says("/api/2.2/jobs/list", R"({"jobs":[{"job_id":5}]})");
  says("/api/2.0/permissions/jobs/5",
       R"({"access_control_list":[{"group_name":"data","all_permissions":[{"permission_level":"CAN_MANAGE"}]}]})");
  EXPECT_TRUE(check(R"({"group":{"name":"g"}})").value().at("problems").as_array().empty());
  says("/api/2.0/preview/scim/v2/Me", R"({"id":"7","userName":"me@x","groups":[{"display":"admins"}]})");
  says("/api/2.0/permissions/jobs/5", "{}");
  EXPECT_TRUE(
      check(R"({"group":{"name":"g","tasks":[{"new_cluster":{}}]}})").value().at("problems").as_array().empty());
}

TEST_F(Check, IsAnErrorWhenTheWorkspaceDoesNotKnowUs) {
  says("/api/2.0/preview/scim/v2/Me", R"({"error_code":"UNAUTHENTICATED","message":"who?"})", 401);
  EXPECT_EQ(check("{}").status().code(), Code::kUnauthenticated);
  EXPECT_EQ(check(R"({"group":7})").status()->pointer, "/group");
}

TEST_F(Check, SessionsNeedARuntimeThatFits) {
  const auto cluster = [this](const std::string& runtime, const std::string& mode) {
    says("/api/2.1/clusters/get", R"({"spark_version":")" + runtime + R"(","data_security_mode":")" + mode + R"("})");
  };
  cluster("16.4.x-scala2.12", "SINGLE_USER");
  const json::object answer = session(R"({"cluster_id":"c"})").value();
  EXPECT_EQ(std::string(answer.at("connection_string").as_string()),
            std::string("sc://h:443/;use_ssl=true;token=") + kCanary + ";x-databricks-cluster-id=c");
  EXPECT_EQ(answer.at("databricks_connect"), "16.4.*");
  EXPECT_EQ(answer.at("headers").at("x-databricks-cluster-id"), "c");
  EXPECT_TRUE(session(R"({"cluster_id":"c","client_version":"16.4.9"})").ok());
  EXPECT_EQ(session(R"({"cluster_id":"c","client_version":"17.0.1"})").status()->pointer, "/client_version");
  cluster("12.2.x-scala2.12", "SINGLE_USER");
  EXPECT_EQ(session(R"({"cluster_id":"c"})").status().code(), Code::kFailedPrecondition);
  cluster("14.3.x-scala2.12", "NONE");
  EXPECT_NE(session(R"({"cluster_id":"c"})").status()->message.find("access mode"), std::string::npos);
  EXPECT_EQ(session("{}").status()->pointer, "/cluster_id");
  EXPECT_TRUE(session(R"({"serverless_compute_id":"auto"})").ok());
}

TEST_F(Check, AnApplicationIsMadeOnceForItsName) {
  const std::string path = "/api/2.0/accounts/acc/oauth2/custom-app-integrations";
  pages["https://h" + path] = [](const HttpRequest& request) {
    if (request.method == "GET") return answer(200, R"({"apps":[{"name":"old","client_id":"1"}]})");
    EXPECT_EQ(request.body, R"({"name":"new","redirect_urls":["http://localhost:8020"]})");
    return answer(200, R"({"integration_id":"i","client_id":"2","client_secret":"s"})");
  };
  const json::object made = app(R"({"name":"new","redirect_urls":["http://localhost:8020"]})").value();
  EXPECT_EQ(json::serialize(made), R"({"existed":false,"integration_id":"i","client_id":"2","client_secret":"s"})");
  const json::object found = app(R"({"name":"old","redirect_urls":["http://localhost:8020"]})").value();
  EXPECT_EQ(json::serialize(found), R"({"existed":true,"client_id":"1"})");
  EXPECT_EQ(app(R"({"name":"new"})").status()->pointer, "/redirect_urls");
  says(path, R"({"message":"not here"})", 404);
  EXPECT_NE(app(R"({"name":"n","redirect_urls":["x"]})").status()->message.find("accounts.cloud.databricks.com"),
            std::string::npos);
}

}  // namespace
}  // namespace brickwork
