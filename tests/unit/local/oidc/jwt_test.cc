#include "local/oidc/jwt.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "local/oidc/signing_key.h"
#include "local/random_token.h"

namespace brickwork::local {
namespace {

// RFC 7515, A.3.
constexpr const char* kSigned =
    "eyJhbGciOiJFUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
const boost::json::object kKey{{"kty", "EC"},
                               {"crv", "P-256"},
                               {"x", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"},
                               {"y", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}};

struct JwtTest : testing::Test {
  ~JwtTest() override { std::filesystem::remove_all(directory); }
  std::filesystem::path directory =
      std::filesystem::temp_directory_path() / ("jwt_test_" + hexadecimal(random_bytes(8)));
  std::filesystem::path file() {
    std::filesystem::create_directories(directory);
    return directory / "oidc.key";
  }
};

TEST_F(JwtTest, TheTokenOfTheStandardIsSignedByItsKey) {
  const auto token = parse_jwt(kSigned);
  ASSERT_TRUE(token);
  EXPECT_EQ(token->claim("iss"), "joe");
  EXPECT_TRUE(is_signed_by(*token, key_of_jwk(kKey)));
}

TEST_F(JwtTest, AnyChangeOfItIsSeen) {
  const std::string text = kSigned;
  for (const std::size_t at : {std::size_t{25}, text.find('.') + 30, text.size() - 40}) {
    std::string changed = text;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    const auto token = parse_jwt(changed);
    EXPECT_FALSE(token && is_signed_by(*token, key_of_jwk(kKey))) << at;
  }
  auto token = *parse_jwt(text);
  token.header["crit"] = "exp";
  EXPECT_FALSE(is_signed_by(token, key_of_jwk(kKey))) << "what must be understood is not";
}

TEST_F(JwtTest, ATokenDoesNotChooseHowItIsChecked) {
  auto token = *parse_jwt(kSigned);
  for (const char* algorithm : {"none", "HS256", "RS256", "ES384", "PS256", "", "ES257"}) {
    token.header["alg"] = algorithm;
    EXPECT_FALSE(is_signed_by(token, key_of_jwk(kKey))) << algorithm;
  }
}

TEST_F(JwtTest, WhatIsNoKeyIsNone) {
  auto off_the_curve = kKey;
  off_the_curve["y"] = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
  EXPECT_EQ(key_of_jwk(off_the_curve), nullptr);
  EXPECT_EQ(key_of_jwk({{"kty", "oct"}, {"k", "c2VjcmV0"}}), nullptr);
  EXPECT_EQ(key_of_jwk({{"kty", "RSA"}, {"n", "AQAB"}, {"e", "AQAB"}}), nullptr) << "too short to sign with";
  EXPECT_EQ(key_of_jwk({}), nullptr);
}

TEST_F(JwtTest, WhatIsNoTokenIsNone) {
  for (const char* text :
       {"", ".", "..", "a.b.c", "e30.e30", "e30.e30.e30.e30", "e30=.e30.AAAA", "W10.e30.AAAA", "e30.MQ.AAAA"})
    EXPECT_FALSE(parse_jwt(text)) << text;
}

TEST_F(JwtTest, AKeyIsMadeOnceAndSignsAccessTokensAlone) {
  SigningKey first(file());
  EXPECT_FALSE(first.verified(kSigned)) << "asked before it was made";
  const std::string token = first.sign({{"sub", "ann"}});
  SigningKey again(file());
  ASSERT_TRUE(again.verified(token));
  EXPECT_EQ(again.verified(token)->claim("sub"), "ann");
  EXPECT_EQ(again.key_set(), first.key_set());
  EXPECT_EQ(std::filesystem::status(file()).permissions(), std::filesystem::perms(0600));
  const boost::json::object public_key = first.key_set().at("keys").at(0).as_object();
  EXPECT_FALSE(public_key.contains("d")) << "the private exponent";
  EXPECT_TRUE(is_signed_by(*parse_jwt(token), key_of_jwk(public_key)));
}

TEST_F(JwtTest, AKeyThatOthersMayReadIsRefused) {
  SigningKey(file()).sign({});
  std::filesystem::permissions(file(), std::filesystem::perms(0644));
  EXPECT_THROW(SigningKey(file()).sign({}), std::runtime_error);
}

TEST_F(JwtTest, TheChallengeOfTheStandard) {  // RFC 7636, appendix B
  EXPECT_EQ(base64url_encode(sha256("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

}  // namespace
}  // namespace brickwork::local
