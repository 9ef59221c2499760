#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "auth/signed_token.h"
#include "unit/auth/login_test.h"

namespace brickwork {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

constexpr char kToken[] = "https://oauth2.googleapis.com/token";
constexpr char kAccess[] = "X-Databricks-GCP-SA-Access-Token";
constexpr char kIdToken[] = "e30.eyJpYXQiOjEwMCwiZXhwIjozNzAwfQ.c2ln";  // {"iat":100,"exp":3700}

// One key for all tests: making one takes its time.
EVP_PKEY* key() {
  static EVP_PKEY* const made = EVP_RSA_gen(2048);
  return made;
}

std::string pem() {
  BIO* memory = BIO_new(BIO_s_mem());
  PEM_write_bio_PKCS8PrivateKey(memory, key(), nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(memory);
  return text;
}

std::string bytes_of(std::string text) {
  for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
  const std::size_t padding = (4 - text.size() % 4) % 4;
  text.append(padding, '=');
  std::string bytes(text.size(), '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return bytes;
}

// The claims of a token that this key signed; empty when it did not.
json::object claims_of(const std::string& token) {
  const std::size_t dot = token.rfind('.');
  if (dot == token.npos) return {};
  const std::string signature = bytes_of(token.substr(dot + 1));
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, key());
  const int good = EVP_DigestVerify(context, reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                                    reinterpret_cast<const unsigned char*>(token.data()), dot);
  EVP_MD_CTX_free(context);
  if (good != 1) return {};
  const std::size_t first = token.find('.');
  return json::parse(bytes_of(token.substr(first + 1, dot - first - 1))).as_object();
}

std::string form_value(const HttpRequest& request, const std::string& name) {
  const std::size_t at = ("&" + request.body).find("&" + name + "=");
  if (at == std::string::npos) return "";
  const std::string rest = request.body.substr(at + name.size() + 1);
  return rest.substr(0, rest.find('&'));
}

class Google : public LoginTest {
 protected:
  Google() {
    variables["DATABRICKS_HOST"] = "https://7.gcp.databricks.com";
    pages[kToken] = [](const HttpRequest& request) {
      const json::object claims = claims_of(form_value(request, "assertion"));
      if (claims.contains("target_audience")) return answer(200, std::string(R"({"id_token":")") + kIdToken + "\"}");
      return answer(200, R"({"access_token":"wide","expires_in":3599,"token_type":"Bearer"})");
    };
  }

  static std::string account() {
    return json::serialize(json::object{{"type", "service_account"},
                                        {"client_email", "robot@p.iam.gserviceaccount.com"},
                                        {"private_key_id", "k1"},
                                        {"private_key", pem()},
                                        {"token_uri", kToken}});
  }

  Status error(const char* connection = "{}") {
    const Result<Resolved> resolved = resolve(connection);
    const Status status = resolved.ok() ? headers(*resolved.value().credential).status() : resolved.status();
    EXPECT_FALSE(status.ok());
    if (status.ok()) return failure(Code::kOk, "");
    EXPECT_EQ(status->message.find(kCanary), std::string::npos) << status->message;
    EXPECT_EQ(status->message.find("PRIVATE"), std::string::npos) << status->message;
    return status;
  }

  static std::string value_in(const Headers& given, const std::string& name) {
    for (const auto& [each, value] : given)
      if (each == name) return value;
    return "";
  }
};

TEST_F(Google, ServiceAccountSignsForTheHost) {
  variables["GOOGLE_CREDENTIALS"] = account();
  const Resolved resolved = resolve("{}").value();
  EXPECT_EQ(resolved.credential->auth_type(), "google-credentials");
  const Headers given = headers(*resolved.credential).value();
  EXPECT_EQ(value_in(given, "Authorization"), std::string("Bearer ") + kIdToken);
  EXPECT_EQ(value_in(given, kAccess), "wide");
  const json::object claims = claims_of(form_value(loop.requests[0], "assertion"));
  EXPECT_EQ(claims.at("target_audience").as_string(), "https://7.gcp.databricks.com");
  EXPECT_EQ(claims.at("iss").as_string(), "robot@p.iam.gserviceaccount.com");
  EXPECT_EQ(claims.at("aud").as_string(), kToken);
  EXPECT_EQ(claims.at("exp").as_int64() - claims.at("iat").as_int64(), 3600);
}

TEST_F(Google, CredentialsMayBeAFileThatIsReplaced) {
  write("account.json", "{}");
  variables["GOOGLE_CREDENTIALS"] = home + "/account.json";
  EXPECT_EQ(error().code(), Code::kUnimplemented);
  const Resolved resolved = resolve("{}").value();
  write("account.json", account());
  EXPECT_EQ(authorization(*resolved.credential), std::string("Bearer ") + kIdToken);
  pass(41min);
  EXPECT_EQ(authorization(*resolved.credential), std::string("Bearer ") + kIdToken);
  pass(1min);
  EXPECT_EQ(asked(kToken), 4u);
}

TEST_F(Google, GoesWithoutTheSecondTokenWhereThatIsRefused) {
  variables["GOOGLE_CREDENTIALS"] = account();
  pages[kToken] = [](const HttpRequest& request) {
    if (claims_of(form_value(request, "assertion")).contains("scope"))
      return answer(403, R"({"error":"access_denied","error_description":"no"})");
    return answer(200, std::string(R"({"id_token":")") + kIdToken + "\"}");
  };
  const Headers given = headers(*resolve("{}").value().credential).value();
  EXPECT_EQ(value_in(given, kAccess), "");
}

TEST_F(Google, BadCredentialsAreNamedAndNotShown) {
  const std::string canary = kCanary;
  for (const std::string& text :
       {std::string("{\"type\": \"service_account\""), std::string("{\"type\":\"service_account\"}"),
        R"({"type":"service_account","client_email":"e","private_key":")" + canary + "\"}",
        R"({"type":"authorized_user","refresh_token":")" + canary + "\"}"}) {
    variables["GOOGLE_CREDENTIALS"] = text + std::string(text.size() % 2, ' ');
    const Status status = error();
    EXPECT_EQ(status->pointer, "/google_credentials") << text;
    EXPECT_NE(status->message.find("GOOGLE_CREDENTIALS"), std::string::npos) << status->message;
  }
  variables["GOOGLE_CREDENTIALS"] = "/nowhere/" + canary.substr(0, 4);
  EXPECT_NE(error()->message.find("cannot be read"), std::string::npos);
  variables["GOOGLE_CREDENTIALS"] = R"({"type":"external_account"})";
  EXPECT_EQ(error().code(), Code::kUnimplemented);
  variables["DATABRICKS_HOST"] = "https://dbc-1.cloud.databricks.com";
  EXPECT_EQ(error()->pointer, "/host");
}

TEST_F(Google, RefusalIsRepeatedInGooglesWords) {
  variables["GOOGLE_CREDENTIALS"] = account();
  pages[kToken] = [](const HttpRequest& request) {
    return answer(400,
                  R"({"error":"invalid_grant","error_description":"Invalid JWT Signature: )" + request.body + "\"}");
  };
  const Status status = error();
  EXPECT_NE(status->message.find("Invalid JWT Signature"), std::string::npos) << status->message;
  EXPECT_EQ(status->message.find("eyJ"), std::string::npos) << status->message;
}

class Impersonation : public Google {
 protected:
  Impersonation() {
    variables["DATABRICKS_GOOGLE_SERVICE_ACCOUNT"] = "robot@p.iam.gserviceaccount.com";
    const std::string root = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/";
    id = root + "robot%40p.iam.gserviceaccount.com:generateIdToken";
    pages[id] = [this](const HttpRequest& request) {
      caller = header_of(request, "Authorization");
      EXPECT_EQ(request.body, R"({"audience":"https://7.gcp.databricks.com","includeEmail":true})");
      return answer(200, std::string(R"({"token":")") + kIdToken + "\"}");
    };
    pages[root + "robot%40p.iam.gserviceaccount.com:generateAccessToken"] = [](const HttpRequest&) {
      return answer(200, R"({"accessToken":"impersonated","expireTime":"2036-01-01T00:00:00Z"})");
    };
  }

  std::string id;
  std::string caller;
};

TEST_F(Impersonation, IsAskedForByWhoeverIsLoggedIn) {
  write("adc.json", R"({"type":"authorized_user","client_id":"c","client_secret":"s","refresh_token":"r"})");
  variables["GOOGLE_APPLICATION_CREDENTIALS"] = home + "/adc.json";
  const Resolved resolved = resolve("{}").value();
  EXPECT_EQ(resolved.credential->auth_type(), "google-id");
  const Headers given = headers(*resolved.credential).value();
  EXPECT_EQ(value_in(given, "Authorization"), std::string("Bearer ") + kIdToken);
  EXPECT_EQ(value_in(given, kAccess), "impersonated");
  EXPECT_EQ(caller, "Bearer wide");
  EXPECT_EQ(asked("http://metadata"), 0u);
}

TEST_F(Impersonation, FindsTheLoginOfGcloud) {
  write(".config/gcloud/application_default_credentials.json",
        R"({"type":"authorized_user","client_id":"c","client_secret":"s","refresh_token":"r"})");
  EXPECT_EQ(authorization(*resolve("{}").value().credential), std::string("Bearer ") + kIdToken);
  EXPECT_EQ(form_value(loop.requests[0], "refresh_token"), "r");
}

TEST_F(Impersonation, FallsToTheMachineItselfAndKnowsWhetherThatIsGoogles) {
  const std::string metadata =
      "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token";
  pages[metadata] = [](const HttpRequest& request) {
    EXPECT_EQ(header_of(request, "Metadata-Flavor"), "Google");
    return answer(200, R"({"access_token":"machine","expires_in":100,"token_type":"Bearer"})",
                  {{"metadata-flavor", "Google"}});
  };
  EXPECT_EQ(authorization(*resolve("{}").value().credential), std::string("Bearer ") + kIdToken);
  EXPECT_EQ(caller, "Bearer machine");
  pages[metadata] = [](const HttpRequest&) { return answer(200, R"({"access_token":"other"})"); };
  EXPECT_NE(error()->message.find("Metadata-Flavor"), std::string::npos);
}

TEST_F(Impersonation, ThatIsRefusedNamesTheRole) {
  variables["GOOGLE_APPLICATION_CREDENTIALS"] = home + "/adc.json";
  EXPECT_NE(error()->message.find("GOOGLE_APPLICATION_CREDENTIALS cannot be read"), std::string::npos);
  write("adc.json", account());
  pages[id] = [](const HttpRequest& request) {
    return answer(403, R"({"error":{"status":"PERMISSION_DENIED","message":"denied to )" +
                           header_of(request, "Authorization") + "\"}}");
  };
  const Status status = error();
  EXPECT_NE(status->message.find("PERMISSION_DENIED"), std::string::npos) << status->message;
  EXPECT_NE(status->message.find("Service Account Token Creator"), std::string::npos) << status->message;
  EXPECT_EQ(status->message.find("wide"), std::string::npos) << status->message;
}

TEST(SignedToken, SaysHowLongItIsGood) {
  EXPECT_EQ(seconds_of_token(kIdToken), 3600);
  for (const char* token : {"", "a.b", "a.!!.c", "a.e30.c", "a.bnVsbA.c"})
    EXPECT_FALSE(seconds_of_token(token)) << token;
}

}  // namespace
}  // namespace brickwork
