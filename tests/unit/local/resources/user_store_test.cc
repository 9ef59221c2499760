#include "local/resources/user_store.h"

#include <gtest/gtest.h>

#include "local/api_error.h"
#include "turned_clock.h"

namespace brickwork::local {
namespace {

class UserStoreTest : public testing::Test {
 protected:
  UserStoreTest() { users_.set_owner("me@localhost", "dapi0"); }
  std::string name_of(const std::string& token) {
    const auto caller = users_.authenticate(token);
    return caller ? caller->user_name : "nobody";
  }

  Store store_{":memory:"};
  TurnedClock clock_;
  UserStore users_{store_, [this] { return clock_.now_ms(); }};
};

TEST_F(UserStoreTest, ATokenEndsWithItsLifetime) {
  const auto user = users_.create(PrincipalKind::kUser, "ann", {});
  const auto made = users_.create_token(user.id, "", 60);
  EXPECT_EQ(name_of(made.value), "ann");
  clock_.turn(59'999);
  EXPECT_EQ(name_of(made.value), "ann");
  clock_.turn(1);
  EXPECT_EQ(name_of(made.value), "nobody");
}

TEST_F(UserStoreTest, ARevokedTokenIsForgottenThoughItWasJustUsed) {
  const auto user = users_.create(PrincipalKind::kUser, "ann", {});
  const auto made = users_.create_token(user.id, "", std::nullopt);
  EXPECT_EQ(name_of(made.value), "ann");
  EXPECT_TRUE(users_.revoke(made.info.token_id));
  EXPECT_EQ(name_of(made.value), "nobody");
}

TEST_F(UserStoreTest, ANewTokenFileEndsTheTokenOfTheOldOne) {
  EXPECT_EQ(name_of("dapi0"), "me@localhost");
  users_.set_owner("me@localhost", "dapi1");
  EXPECT_EQ(name_of("dapi1"), "me@localhost");
  EXPECT_EQ(name_of("dapi0"), "nobody");
}

TEST_F(UserStoreTest, ATaskHasATokenOfItsUserAndNoneOfSomebodyUnknown) {
  users_.create(PrincipalKind::kUser, "ann", {});
  const std::string token = users_.task_token("ann");
  EXPECT_EQ(name_of(token), "ann");
  EXPECT_EQ(users_.task_token("ann"), token);
  EXPECT_EQ(users_.task_token("none"), "");
  EXPECT_TRUE(users_.tokens().size() == 1) << "the owner's; a task's token is stored nowhere";
}

TEST_F(UserStoreTest, GroupsCountThroughGroupsEvenInACircle) {
  const auto user = users_.create(PrincipalKind::kUser, "ann", {});
  const auto inner = users_.create(PrincipalKind::kGroup, "inner", {});
  const auto outer = users_.create(PrincipalKind::kGroup, "outer", {});
  users_.add_member(inner.id, user.id);
  users_.add_member(outer.id, inner.id);
  users_.add_member(inner.id, outer.id);
  const auto caller = users_.caller_named("ANN");
  ASSERT_TRUE(caller);
  EXPECT_TRUE(caller->in_group("inner") && caller->in_group("outer") && caller->in_group("users"));
  EXPECT_FALSE(caller->is_admin());
  users_.add_member(users_.find_named(PrincipalKind::kGroup, "admins")->id, outer.id);
  EXPECT_TRUE(users_.caller_named("ann")->is_admin());
}

TEST_F(UserStoreTest, ANameIsTakenWhateverItsCase) {
  users_.create(PrincipalKind::kUser, "ann", {});
  EXPECT_THROW(users_.create(PrincipalKind::kUser, "ANN", {}), ApiError);
  users_.create(PrincipalKind::kGroup, "ann", {});
}

}  // namespace
}  // namespace brickwork::local
