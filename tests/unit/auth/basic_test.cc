#include "unit/auth/login_test.h"

namespace brickwork {
namespace {

using namespace std::chrono_literals;

using Basic = LoginTest;

TEST_F(Basic, SendsUserAndPassword) {
  variables = {{"DATABRICKS_HOST", "https://h"}, {"DATABRICKS_USERNAME", "me"}, {"DATABRICKS_PASSWORD", "p"}};
  const Resolved resolved = resolve("{}").value();
  EXPECT_EQ(resolved.credential->auth_type(), "basic");
  EXPECT_EQ(authorization(*resolved.credential), "Basic bWU6cA==");
  EXPECT_FALSE(resolved.credential->rejected(headers(*resolved.credential).value()));
}

TEST_F(Basic, TakesThePasswordFromItsHost) {
  const Resolved resolved = resolve(R"({"host":"https://h","username":"me"})").value();
  loop.later(1s, [this] { hand_over("password", "p"); });
  EXPECT_EQ(authorization(*resolved.credential), "Basic bWU6cA==");
  EXPECT_EQ(asked_host_for, std::vector<std::string>{"password"});
  EXPECT_EQ(resolve(R"({"host":"https://h","username":"me","password":"p"})").status()->pointer, "/password");
}

TEST_F(Basic, SaysWhatIsMissing) {
  variables = {{"DATABRICKS_HOST", "https://h"}, {"DATABRICKS_USERNAME", "me"}};
  EXPECT_EQ(resolve("{}").status()->pointer, "/password");
  EXPECT_EQ(resolve(R"({"host":"https://h","auth_type":"basic"})").ok(), true);
}

}  // namespace
}  // namespace brickwork
