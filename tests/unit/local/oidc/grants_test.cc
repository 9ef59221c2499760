#include "local/oidc/grants.h"

#include <gtest/gtest.h>

#include "local/resources/user_store.h"
#include "turned_clock.h"

namespace brickwork::local {
namespace {

struct GrantsTest : testing::Test {
  App app = published_apps().front();
  Grant grant() { return {app.client_id, ann.id, {"all-apis", "offline_access"}}; }
  CodeRequest request() { return {grant(), "http://localhost:8020", "challenge"}; }
  bool is_good(const std::string& token) { return grants.refresh(app, token).has_value(); }

  Store store{":memory:"};
  TurnedClock clock;
  UserStore users{store, [this] { return clock.now_ms(); }};
  Principal ann = users.create(PrincipalKind::kUser, "ann", {});
  Grants grants{store, [this] { return clock.now_ms(); }};
};

TEST_F(GrantsTest, ACodeIsGoodOnceAndForAMinute) {
  const std::string code = grants.create_code(request());
  clock.turn(59'999);
  const auto redeemed = grants.redeem(code);
  ASSERT_TRUE(redeemed);
  EXPECT_EQ(redeemed->request.grant.user_id, ann.id);
  EXPECT_FALSE(grants.redeem(code));
  const std::string late = grants.create_code(request());
  clock.turn(60'000);
  EXPECT_FALSE(grants.redeem(late));
  EXPECT_FALSE(grants.redeem("dcod0"));
}

TEST_F(GrantsTest, ACodeThatComesTwiceEndsWhatCameOfItAndNothingElse) {
  const std::string code = grants.create_code(request());
  const std::string token = grants.create_refresh_token(app, grant(), grants.redeem(code)->family);
  const std::string other = grants.create_refresh_token(app, grant(), "another login");
  EXPECT_TRUE(is_good(token));
  grants.redeem(code);
  EXPECT_FALSE(is_good(token));
  EXPECT_TRUE(is_good(other));
}

TEST_F(GrantsTest, ARefreshTokenIsGoodForAWeekAndForItsAppAlone) {
  const std::string token = grants.create_refresh_token(app, grant(), "login");
  App other = app;
  other.client_id = "another";
  EXPECT_FALSE(grants.refresh(other, token));
  clock.turn(7LL * 86'400'000 - 1);
  EXPECT_TRUE(is_good(token));
  clock.turn(1);
  EXPECT_FALSE(is_good(token));
}

TEST_F(GrantsTest, WhereTokensRotateAUsedOneEndsItsFamily) {
  app.token_access_policy = {{"enable_single_use_refresh_tokens", true}};
  const std::string first = grants.create_refresh_token(app, grant(), "login");
  const std::string second = grants.refresh(app, first)->refresh_token;
  const std::string third = grants.refresh(app, second)->refresh_token;
  EXPECT_NE(second, third);
  EXPECT_FALSE(is_good(first));
  EXPECT_FALSE(is_good(third));
}

TEST_F(GrantsTest, TheSessionEndsHoweverOftenItIsRefreshed) {
  app.token_access_policy = {{"enable_single_use_refresh_tokens", true}, {"absolute_session_lifetime_in_minutes", 60}};
  std::string token = grants.create_refresh_token(app, grant(), "login");
  for (int i = 0; i < 2; ++i) {
    clock.turn(29 * 60'000);
    token = grants.refresh(app, token)->refresh_token;
  }
  clock.turn(2 * 60'000);
  EXPECT_FALSE(is_good(token));
}

TEST_F(GrantsTest, WhoIsGoneHasNoTokens) {
  const std::string token = grants.create_refresh_token(app, grant(), "login");
  users.remove(PrincipalKind::kUser, ann.id);
  EXPECT_FALSE(is_good(token));
  const Principal bob = users.create(PrincipalKind::kUser, "bob", {});
  const std::string his = grants.create_refresh_token(app, {app.client_id, bob.id, {"all-apis"}}, "login");
  grants.end_all_of(app.client_id);
  EXPECT_FALSE(is_good(his));
}

}  // namespace
}  // namespace brickwork::local
