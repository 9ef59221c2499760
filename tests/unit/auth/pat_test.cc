#include "auth/pat.h"

#include <gtest/gtest.h>

#include "rest/client.h"
#include "support/virtual_loop.h"

namespace brickwork {
namespace {

using namespace std::chrono_literals;

class HostSuppliedToken : public testing::Test {
 protected:
  // As the boundary does: the value from any thread, the announcement on the loop.
  void hand_over(const std::string& token, std::int64_t expires_at_ms = 0) {
    secrets->set("token", token, expires_at_ms);
    secrets->announce();
  }

  std::string authorization() {
    const Result<Headers> headers = loop.run(credential.headers(context));
    return headers.ok() ? headers.value().at(0).second : "error: " + headers.status()->message;
  }

  int asked = 0;
  VirtualLoop loop;
  Context context{loop, loop.now() + 60s};
  std::shared_ptr<SecretStore> secrets = std::make_shared<SecretStore>([this](const std::string& name) {
    EXPECT_EQ(name, "token");
    ++asked;
  });
  Pat credential{secrets, {.host_will_bring_it = true}};
};

TEST_F(HostSuppliedToken, IsAskedForOnceAndWaitedFor) {
  loop.later(10s, [this] { hand_over("late"); });
  std::vector<Task<Result<Headers>>> waiting;
  for (int i = 0; i < 3; ++i) waiting.push_back(credential.headers(context));
  for (const Result<Headers>& headers : loop.run(all(context, std::move(waiting))))
    EXPECT_EQ(headers.value().at(0).second, "Bearer late");
  EXPECT_EQ(asked, 1);
}

TEST_F(HostSuppliedToken, IsWaitedForNoLongerThanTheDeadline) {
  const Instant begin = loop.now();
  EXPECT_EQ(authorization().substr(0, 32), "error: the host was asked for th");
  EXPECT_EQ(loop.now() - begin, 60s);
}

TEST_F(HostSuppliedToken, IsAskedForAgainWhenItHasExpired) {
  hand_over("old", loop.unix_ms() + 5000);
  EXPECT_EQ(authorization(), "Bearer old");
  EXPECT_EQ(asked, 0);
  loop.later(5s, [] {});
  loop.drain();
  loop.later(1s, [this] { hand_over("new", loop.unix_ms() + 5000); });
  EXPECT_EQ(authorization(), "Bearer new");
  EXPECT_EQ(asked, 1);
}

TEST_F(HostSuppliedToken, ThatTheServerRefusesIsReplacedWhenTheHostRenewsIt) {
  hand_over("old", loop.unix_ms() + 3'600'000);
  EXPECT_EQ(authorization(), "Bearer old");
  EXPECT_TRUE(credential.rejected({}));
  loop.later(1s, [this] { hand_over("new"); });
  EXPECT_EQ(authorization(), "Bearer new");
}

TEST_F(HostSuppliedToken, WithoutAnEndIsAnsweredAtOnceWhenTheServerRefusesIt) {
  hand_over("wrong");
  EXPECT_EQ(authorization(), "Bearer wrong");
  EXPECT_FALSE(credential.rejected({}));
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(authorization(), "Bearer wrong");
}

TEST_F(HostSuppliedToken, ThatChangedMeanwhileIsTriedAgain) {
  hand_over("old");
  EXPECT_EQ(authorization(), "Bearer old");
  hand_over("new");
  EXPECT_TRUE(credential.rejected({}));
}

TEST(ConfiguredToken, IsNeverReplacedByWaiting) {
  VirtualLoop loop;
  Context context(loop, Instant::max());
  Pat credential(std::make_shared<SecretStore>(), {.configured = "c"});
  EXPECT_EQ(loop.run(credential.headers(context)).value().at(0).second, "Bearer c");
  EXPECT_FALSE(credential.rejected({}));
}

TEST(ConfiguredToken, ThatIsMissingIsAnErrorAtOnce) {
  VirtualLoop loop;
  Context context(loop, Instant::max());
  Pat credential(std::make_shared<SecretStore>(), {.nothing_configured = "nothing is set"});
  const Status status = loop.run(credential.headers(context)).status();
  EXPECT_EQ(status.code(), Code::kUnauthenticated);
  EXPECT_EQ(status->message, "nothing is set");
}

}  // namespace
}  // namespace brickwork
