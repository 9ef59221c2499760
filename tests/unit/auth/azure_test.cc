#include "auth/azure_cli.h"
#include "auth/azure_client_secret.h"
#include "auth/living_token.h"
#include "unit/auth/login_test.h"

namespace brickwork {
namespace {

using namespace std::chrono_literals;

constexpr char kEntra[] = "https://login.microsoftonline.com/tenant/oauth2/token";
constexpr char kMetadata[] = "http://169.254.169.254/metadata/identity/oauth2/token";
constexpr char kManagement[] = "X-Databricks-Azure-SP-Management-Token";
constexpr char kDatabricks[] = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d";

class Azure : public LoginTest {
 protected:
  Azure() {
    variables["DATABRICKS_HOST"] = "https://adb-1.2.azuredatabricks.net";
    pages[kEntra] = [this](const HttpRequest& request) {
      const bool management = request.body.find("management.core.windows.net") != std::string::npos;
      return token(management ? "management" : "databricks");
    };
  }

  void set_secret() {
    variables["ARM_CLIENT_ID"] = "app";
    variables["ARM_CLIENT_SECRET"] = kCanary;
    variables["ARM_TENANT_ID"] = "tenant";
  }

  // As Entra's older endpoint writes it: numbers as text.
  VirtualLoop::Reply token(const std::string& name) {
    ++issued;
    return answer(200, R"({"token_type":"Bearer","expires_in":"3599","access_token":")" + name +
                           std::to_string(issued) + R"("})");
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

  static std::string value_in(const Headers& given, const std::string& name) {
    for (const auto& [each, value] : given)
      if (each == name) return value;
    return "";
  }

  int issued = 0;
};

TEST_F(Azure, SecretBringsBothTokensAndNamesTheResource) {
  set_secret();
  variables["DATABRICKS_AZURE_RESOURCE_ID"] = "/subscriptions/s/w";
  const Resolved resolved = resolve("{}").value();
  EXPECT_EQ(resolved.credential->auth_type(), "azure-client-secret");
  const Headers given = headers(*resolved.credential).value();
  EXPECT_EQ(value_in(given, "Authorization"), "Bearer databricks1");
  EXPECT_EQ(value_in(given, kManagement), "management2");
  EXPECT_EQ(value_in(given, "X-Databricks-Azure-Workspace-Resource-Id"), "/subscriptions/s/w");
  EXPECT_NE(loop.requests[0].body.find(std::string("resource=") + kDatabricks), std::string::npos);
  EXPECT_EQ(loop.requests.size(), 2u);
}

TEST_F(Azure, SecretIsAskedForAgainAheadOfTheEnd) {
  set_secret();
  const Resolved resolved = resolve("{}").value();
  EXPECT_EQ(authorization(*resolved.credential), "Bearer databricks1");
  pass(45min);
  EXPECT_EQ(authorization(*resolved.credential), "Bearer databricks1");  // still good, and the next one on its way
  pass(1min);
  EXPECT_EQ(authorization(*resolved.credential), "Bearer databricks3");
}

TEST_F(Azure, TenantIsAskedOfTheWorkspace) {
  set_secret();
  variables.erase("ARM_TENANT_ID");
  pages["https://adb-1.2.azuredatabricks.net/aad/auth"] = [](const HttpRequest&) {
    return answer(302, "", {{"location", "https://login.microsoftonline.com/tenant/oauth2/authorize?x=y"}});
  };
  EXPECT_EQ(authorization(*resolve("{}").value().credential), "Bearer databricks1");
  for (const char* location : {"/relative", "https://evil.example/a%2Fb/c", "https://h"}) {
    pages["https://adb-1.2.azuredatabricks.net/aad/auth"] = [location](const HttpRequest&) {
      return answer(302, "", {{"location", location}});
    };
    EXPECT_EQ(error()->pointer, "/azure_tenant_id") << location;
  }
}

TEST_F(Azure, RefusalIsRepeatedWithTheSettingsThatTookPart) {
  set_secret();
  pages[kEntra] = [](const HttpRequest&) {
    return answer(
        401, std::string(R"({"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret )") +
                 kCanary + R"("})");
  };
  const Status status = error();
  EXPECT_EQ(status.code(), Code::kUnauthenticated);
  for (const char* part : {"AADSTS7000215", "ARM_CLIENT_ID", "ARM_CLIENT_SECRET", "ARM_TENANT_ID"})
    EXPECT_NE(status->message.find(part), std::string::npos) << status->message;
  EXPECT_EQ(loop.requests.size(), 1u);
}

TEST_F(Azure, KindsWantAHostOfAzure) {
  set_secret();
  variables["DATABRICKS_HOST"] = "https://dbc-1.cloud.databricks.com";
  EXPECT_EQ(error()->pointer, "/host");
  EXPECT_EQ(authorization(*resolve(R"({"cloud":"azure"})").value().credential), "Bearer databricks1");
}

TEST_F(Azure, CloudsOfGovernmentsHaveTheirOwnAddresses) {
  set_secret();
  variables["DATABRICKS_HOST"] = "https://adb-1.2.databricks.azure.cn";
  pages["https://login.chinacloudapi.cn/tenant/oauth2/token"] = [this](const HttpRequest&) { return token("china"); };
  EXPECT_EQ(authorization(*resolve("{}").value().credential), "Bearer china1");
  EXPECT_NE(loop.requests[1].body.find("management.core.chinacloudapi.cn"), std::string::npos);
  pages["https://other/tenant/oauth2/token"] = [this](const HttpRequest&) { return token("other"); };
  const char* named = R"({"endpoints":{"active_directory_endpoint":"https://other/"}})";
  EXPECT_EQ(authorization(*resolve(named).value().credential), "Bearer other3");
}

TEST_F(Azure, ManagedIdentityAsksTheMachine) {
  variables["ARM_USE_MSI"] = "true";
  variables["ARM_CLIENT_ID"] = "assigned";
  pages[kMetadata] = [this](const HttpRequest& request) {
    EXPECT_EQ(header_of(request, "Metadata"), "true");
    EXPECT_NE(request.url.find("client_id=assigned"), std::string::npos);
    return answer(200, R"({"access_token":"m","token_type":"Bearer","expires_on":")" +
                           std::to_string(loop.unix_ms() / 1000 + 3600) + R"("})");
  };
  const Resolved resolved = resolve("{}").value();
  EXPECT_EQ(resolved.credential->auth_type(), "azure-msi");
  const Headers given = headers(*resolved.credential).value();
  EXPECT_EQ(value_in(given, "Authorization"), "Bearer m");
  EXPECT_EQ(value_in(given, kManagement), "m");
  pages[kMetadata] = [](const HttpRequest&) {
    return answer(400, R"({"error":"invalid_request","error_description":"Identity not found"})");
  };
  EXPECT_NE(error()->message.find("Identity not found"), std::string::npos);
}

TEST_F(Azure, MetadataServiceIsAskedByTheKindThatWantsItOnly) {
  set_secret();
  EXPECT_EQ(authorization(*resolve("{}").value().credential), "Bearer databricks1");
  EXPECT_EQ(asked("http://169.254"), 0u);
  variables["ARM_USE_MSI"] = "false";
  EXPECT_EQ(error(R"({"auth_type":"azure-msi"})")->pointer, "/azure_use_msi");
}

TEST_F(Azure, GithubJobIsTheApplicationThatTrustsIt) {
  variables["ARM_CLIENT_ID"] = "app";
  variables["ARM_TENANT_ID"] = "tenant";
  variables["ACTIONS_ID_TOKEN_REQUEST_URL"] = "https://actions/token?x=1";
  variables["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = kCanary;
  pages["https://actions/token"] = [](const HttpRequest& request) {
    EXPECT_EQ(request.url, "https://actions/token?x=1&audience=api%3A%2F%2FAzureADTokenExchange");
    return answer(200, R"({"value":"assertion"})");
  };
  const Resolved resolved = resolve("{}").value();
  EXPECT_EQ(resolved.credential->auth_type(), "github-oidc-azure");
  EXPECT_EQ(authorization(*resolved.credential), "Bearer databricks1");
  EXPECT_NE(loop.requests.back().body.find("client_assertion=assertion"), std::string::npos);
  pages["https://actions/token"] = [](const HttpRequest&) { return answer(401, "{}"); };
  EXPECT_NE(error()->message.find("ACTIONS_ID_TOKEN_REQUEST_TOKEN"), std::string::npos);
}

// `az` without a process.
class AzureCli : public Azure {
 protected:
  AzureCli() {
    pages["https://adb-1.2.azuredatabricks.net/aad/auth"] = [](const HttpRequest&) {
      return answer(302, "", {{"location", "https://login.microsoftonline.com/tenant/oauth2/authorize"}});
    };
    login.host = "https://adb-1.2.azuredatabricks.net";
    login.environment.variable = [](const std::string& name) -> std::optional<std::string> {
      if (name == "ARM_CLIENT_SECRET") return kCanary;
      return name == "PATH" ? std::optional<std::string>("/bin") : std::nullopt;
    };
    login.environment.home = "/home/me";
  }

  std::string ask() {
    LivingToken credential("azure-cli", azure_cli_source(login, "/bin/az", [this](Context&, Command command) {
                             return ran(std::move(command));
                           }));
    return authorization(credential);
  }

  Task<Result<CommandResult>> ran(Command command) {
    std::string line;
    for (const std::string& argument : command.arguments) line += argument + " ";
    for (const std::string& variable : command.environment) {
      EXPECT_EQ(variable.find(kCanary), std::string::npos);
      environment.push_back(variable);
    }
    lines.push_back(line);
    if (line.starts_with("account show")) co_return CommandResult{.output = account};
    if (failing.starts_with("--") && line.find(failing) != line.npos) {
      co_return CommandResult{.errors = "ERROR: not with " + failing, .exit_status = 1};
    }
    co_return result;
  }

  Login login;
  std::string account = R"({"user":{"type":"user","name":"me"}})";
  std::string failing;
  CommandResult result{.output = R"({"accessToken":"cli","expires_on":4000000000,"tokenType":"Bearer"})"};
  std::vector<std::string> lines;
  std::vector<std::string> environment;
};

TEST_F(AzureCli, IsAskedWithTheTenantAndWithoutOurSecrets) {
  EXPECT_EQ(ask(), "Bearer cli");
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[1],
            std::string("account get-access-token --resource ") + kDatabricks + " --output json --tenant tenant ");
  EXPECT_EQ(environment[0], "PATH=/bin");
}

TEST_F(AzureCli, OfAManagedIdentityTakesNoTenant) {
  account = R"({"user":{"type":"servicePrincipal","name":"systemAssignedIdentity"}})";
  EXPECT_EQ(ask(), "Bearer cli");
  EXPECT_EQ(lines[1].find("--tenant"), std::string::npos);
}

TEST_F(AzureCli, OfAPrincipalThatIsFederatedGoesWithoutTheTenant) {
  account = R"({"user":{"type":"servicePrincipal","name":"app"}})";
  failing = "--tenant";
  EXPECT_EQ(ask(), "Bearer cli");
  EXPECT_EQ(lines[2].find("--tenant"), std::string::npos);
}

TEST_F(AzureCli, ThatIsLoggedOutSaysSoInItsOwnWords) {
  result = {.errors = "ERROR: Please run 'az login' to setup account.", .exit_status = 1};
  const std::string said = ask();
  EXPECT_NE(said.find("Please run 'az login'"), std::string::npos) << said;
}

TEST_F(AzureCli, ThatPrintsJunkIsNotQuoted) {
  result = {.output = std::string("token is ") + kCanary};
  const std::string said = ask();
  EXPECT_NE(said.find("no JSON object"), std::string::npos) << said;
  EXPECT_EQ(said.find(kCanary), std::string::npos) << said;
  for (const char* output : {"{}", R"({"accessToken":"a"})", R"({"accessToken":7,"expires_on":4000000000})"}) {
    result = {.output = output};
    EXPECT_NE(ask().find("error: `az account get-access-token` printed no"), std::string::npos) << output;
  }
}

}  // namespace
}  // namespace brickwork
