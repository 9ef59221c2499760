#include "auth/resolve.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "support/virtual_loop.h"

namespace brickwork {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

constexpr char kCanary[] = "canary";

class Resolve : public testing::Test {
 protected:
  Resolve() {
    std::string pattern = std::filesystem::temp_directory_path() / "brickwork-auth-XXXXXX";
    home = mkdtemp(pattern.data());
  }
  ~Resolve() override { std::filesystem::remove_all(home); }

  void write(const std::string& text, const std::string& name = ".databrickscfg") {
    std::ofstream(home + "/" + name) << text;
  }

  Result<Resolved> resolve(const char* connection) {
    Environment environment;
    environment.home = home;
    environment.variable = [this](const std::string& name) -> std::optional<std::string> {
      const auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
    return brickwork::resolve(json::parse(connection).as_object(), environment, secrets);
  }

  // What the credential would send, or its error.
  std::string authorization(const Resolved& resolved) {
    VirtualLoop loop;
    Context context(loop, loop.now() + 1s);
    const Result<Headers> headers = loop.run(resolved.credential->headers(context));
    return headers.ok() ? headers.value().at(0).second : "error: " + headers.status()->message;
  }

  std::string home;
  std::map<std::string, std::string> variables;
  std::shared_ptr<SecretStore> secrets = std::make_shared<SecretStore>();
};

TEST_F(Resolve, TakesTheConnectionBeforeTheEnvironment) {
  variables = {{"DATABRICKS_HOST", "https://environment"}, {"DATABRICKS_TOKEN", "t"}};
  const Resolved resolved = resolve(R"({"host":"https://connection"})").value();
  EXPECT_EQ(resolved.options.host, "https://connection");
  EXPECT_EQ(authorization(resolved), "Bearer t");
  EXPECT_EQ(resolved.sources.at("host"), "connection");
  EXPECT_EQ(resolved.sources.at("token"), "environment variable DATABRICKS_TOKEN");
}

TEST_F(Resolve, ReadsTheDefaultProfileWhenNothingElseIsSet) {
  write("[DEFAULT]\nhost = https://profile/?o=7\ntoken = p\n");
  const Resolved resolved = resolve("{}").value();
  EXPECT_EQ(resolved.options.host, "https://profile");
  EXPECT_EQ(resolved.options.workspace_id, "7");
  EXPECT_EQ(authorization(resolved), "Bearer p");
  EXPECT_EQ(resolved.sources.at("host"), "profile DEFAULT of " + home + "/.databrickscfg");
}

TEST_F(Resolve, LeavesTheFileAloneWhenAHostOrALoginIsSetAlready) {
  write("[DEFAULT]\nhost = https://profile\ntoken = p\n");
  EXPECT_EQ(authorization(resolve(R"({"host":"https://h"})").value()).substr(0, 6), "error:");
  variables = {{"DATABRICKS_TOKEN", "t"}};
  EXPECT_FALSE(resolve("{}").ok());
}

TEST_F(Resolve, FillsGapsFromAProfileThatIsNamed) {
  write("[DEFAULT]\ntoken = wrong\n[staging]\nhost = https://profile\ntoken = p\n");
  const Resolved resolved = resolve(R"({"host":"https://h","profile":"staging"})").value();
  EXPECT_EQ(resolved.options.host, "https://h");
  EXPECT_EQ(authorization(resolved), "Bearer p");
  variables = {{"DATABRICKS_CONFIG_PROFILE", "staging"}};
  EXPECT_EQ(resolve("{}").value().options.host, "https://profile");
}

TEST_F(Resolve, FollowsTheDefaultProfileOfTheSettings) {
  write(
      "[__settings__]\ndefault_profile = work\n[DEFAULT]\nhost = https://wrong\n[work]\nhost = "
      "https://work\ntoken=w\n");
  EXPECT_EQ(resolve("{}").value().options.host, "https://work");
}

TEST_F(Resolve, ReadsTheFileItIsPointedTo) {
  write("[DEFAULT]\nhost = https://other\ntoken = o\n", "other.cfg");
  variables = {{"DATABRICKS_CONFIG_FILE", "~/other.cfg"}};
  EXPECT_EQ(resolve("{}").value().options.host, "https://other");
}

TEST_F(Resolve, NamesTheProfilesThereAreWhenTheOneAskedForIsMissing) {
  write("[DEFAULT]\ntoken = canary\n[staging]\ntoken = canary\n[__settings__]\ndefault_profile = gone\n");
  for (const char* connection : {R"({"profile":"gone"})", "{}"}) {
    const Status status = resolve(connection).status();
    EXPECT_EQ(status.code(), Code::kInvalidArgument);
    EXPECT_EQ(status->message, home + "/.databrickscfg has no profile gone; it has: DEFAULT, staging");
  }
  EXPECT_FALSE(resolve(R"({"profile":"__settings__"})").ok());
}

TEST_F(Resolve, MissesTheFileOnlyWhenSomethingElseIsMissing) {
  variables = {{"DATABRICKS_CONFIG_PROFILE", "staging"}};
  const Status status = resolve("{}").status();
  EXPECT_EQ(status->pointer, "/host");
  EXPECT_NE(status->message.find("but there is no file " + home), std::string::npos) << status->message;
  variables["DATABRICKS_HOST"] = "https://h";
  variables["DATABRICKS_TOKEN"] = "t";
  EXPECT_EQ(authorization(resolve("{}").value()), "Bearer t");
}

TEST_F(Resolve, RefusesTwoLoginsAndListsWhereTheyCameFrom) {
  variables = {{"DATABRICKS_HOST", "https://h"},
               {"DATABRICKS_TOKEN", kCanary},
               {"DATABRICKS_USERNAME", kCanary},
               {"DATABRICKS_PASSWORD", kCanary}};
  const Status status = resolve("{}").status();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_EQ(status->message.find("validate: more than one authorization method configured: basic and pat"), 0u);
  EXPECT_NE(status->message.find("token (environment variable DATABRICKS_TOKEN)"), std::string::npos);
  EXPECT_EQ(status->message.find(kCanary), std::string::npos) << status->message;
  EXPECT_EQ(authorization(resolve(R"({"auth_type":"pat"})").value()), std::string("Bearer ") + kCanary);
}

TEST_F(Resolve, NamesTheLoginThatThisVersionLacks) {
  variables = {{"DATABRICKS_HOST", "https://h"}, {"DATABRICKS_TOKEN", kCanary}};
  const Status status = resolve(R"({"auth_type":"runtime"})").status();
  EXPECT_EQ(status.code(), Code::kUnimplemented);
  EXPECT_NE(status->message.find("runtime is not supported"), std::string::npos) << status->message;
  EXPECT_EQ(status->message.find(kCanary), std::string::npos) << status->message;
  EXPECT_EQ(resolve(R"({"auth_type":"kerberos"})").status()->pointer, "/auth_type");
}

TEST_F(Resolve, RefusesAHostWithoutHttpsUnlessItIsThisMachineOrAllowed) {
  variables = {{"DATABRICKS_TOKEN", kCanary}};
  const Status status = resolve(R"({"host":"http://h"})").status();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_EQ(status->pointer, "/host");
  for (const char* host : {"http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:1", "https://h", "h"})
    EXPECT_TRUE(resolve((std::string(R"({"host":")") + host + "\"}").c_str()).ok()) << host;
  for (const char* host : {"http://127.0.0.1.evil.example", "http://localhost.evil.example", "http://1270.0.0.1"})
    EXPECT_FALSE(resolve((std::string(R"({"host":")") + host + "\"}").c_str()).ok()) << host;
  EXPECT_TRUE(resolve(R"({"host":"http://h","tls":{"allow_http":true}})").ok());
  EXPECT_EQ(resolve(R"({"host":"http://h","tls":{"allow_http":1}})").status()->pointer, "/tls/allow_http");
}

TEST_F(Resolve, SaysWhatWasSetWhenThereIsNoLogin) {
  const Resolved resolved = resolve(R"({"host":"https://h"})").value();
  const std::string error = authorization(resolved);
  EXPECT_NE(error.find("cannot configure default credentials"), std::string::npos);
  EXPECT_NE(error.find("Set: host (connection)"), std::string::npos) << error;
}

TEST_F(Resolve, UsesTheTokenThatTheHostHandsOverBeforeAnyOther) {
  variables = {{"DATABRICKS_TOKEN", "t"}};
  const Resolved resolved = resolve(R"({"host":"https://h"})").value();
  EXPECT_EQ(authorization(resolved), "Bearer t");
  secrets->set("token", "s", 0);
  EXPECT_EQ(authorization(resolved), "Bearer s");
}

TEST_F(Resolve, TakesNoSecretOutOfTheDocument) {
  for (const char* name : {"token", "password", "client_secret", "azure_client_secret"}) {
    const Status status = resolve((std::string(R"({"host":"https://h",")") + name + R"(":"canary"})").c_str()).status();
    EXPECT_EQ(status.code(), Code::kInvalidArgument);
    EXPECT_EQ(status->pointer, std::string("/") + name);
    EXPECT_EQ(status->message.find(kCanary), std::string::npos) << status->message;
  }
}

TEST_F(Resolve, LooksAtNothingElseWhenToldSo) {
  write("[DEFAULT]\nhost = https://profile\ntoken = p\n");
  variables = {{"DATABRICKS_HOST", "https://environment"}, {"SSL_CERT_FILE", "/ca.pem"}};
  EXPECT_FALSE(resolve(R"({"environment":false})").ok());
  EXPECT_EQ(resolve(R"({"environment":false,"profile":"DEFAULT"})").value().options.host, "https://profile");
  EXPECT_EQ(resolve(R"({"environment":"no"})").status()->pointer, "/environment");
}

TEST_F(Resolve, ReadsEveryOptionOfTheConnection) {
  variables = {{"SSL_CERT_FILE", "/env.pem"}, {"DATABRICKS_RATE_LIMIT", "9"}};
  const RestClient::Options defaults = resolve(R"({"host":"h"})").value().options;
  EXPECT_EQ(defaults.tls.ca_file, "/env.pem");
  EXPECT_EQ(defaults.requests_per_second, 9);
  const RestClient::Options options = resolve(R"({"host":"h","user_agent":"me/1","workspace_id":7,
      "timeouts":{"connect_ms":5},"rate":{"requests_per_second":2.5},"tls":{"ca_file":"/c.pem","verify":false},
      "retry":{"max_attempts":2,"first_delay_ms":3,"max_delay_ms":4}})")
                                          .value()
                                          .options;
  EXPECT_EQ(options.user_agent, "me/1");
  EXPECT_EQ(options.workspace_id, "7");
  EXPECT_EQ(options.connect_timeout, 5ms);
  EXPECT_EQ(options.requests_per_second, 2.5);
  EXPECT_EQ(options.tls.ca_file, "/c.pem");
  EXPECT_FALSE(options.tls.verify);
  EXPECT_EQ(options.retry.max_attempts, 2);
  EXPECT_EQ(options.retry.first_delay, 3ms);
  EXPECT_EQ(options.retry.max_delay, 4ms);
}

TEST_F(Resolve, PointsToTheOptionThatIsWrong) {
  const std::pair<const char*, const char*> wrong[] = {
      {R"({"host":7.5})", "/host"},
      {R"({"host":"h","tls":[]})", "/tls"},
      {R"({"host":"h","tls":{"verify":"yes"}})", "/tls/verify"},
      {R"({"host":"h","timeouts":{"connect_ms":-1}})", "/timeouts/connect_ms"},
      {R"({"host":"h","rate":{"requests_per_second":"2"}})", "/rate/requests_per_second"},
      {R"({"host":"h","retry":{"max_attempts":0}})", "/retry/max_attempts"},
      {R"({"host":"h","user_agent":7})", "/user_agent"}};
  for (const auto& [connection, pointer] : wrong) {
    const Status status = resolve(connection).status();
    ASSERT_EQ(status.code(), Code::kInvalidArgument) << connection;
    EXPECT_EQ(status->pointer, pointer);
  }
}

}  // namespace
}  // namespace brickwork
