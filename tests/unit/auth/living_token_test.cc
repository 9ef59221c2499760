#include "auth/living_token.h"

#include <gtest/gtest.h>

#include "support/virtual_loop.h"

namespace brickwork {
namespace {

using namespace std::chrono_literals;

// An issuer that takes a while and gives numbered tokens.
class Numbered : public TokenSource {
 public:
  struct State {
    int asked = 0;
    milliseconds takes{100};
    std::optional<milliseconds> lifetime = 1h;
    Status broken;
    Status trouble;
    std::string who = "me";
    bool throws = false;
    bool renewable = true;
  };
  explicit Numbered(std::shared_ptr<State> state) : state_(std::move(state)) {}

  Task<Result<Proof>> fetch(Context& context) override {
    const int number = ++state_->asked;
    Task<Status> working = sleep_for(context, state_->takes);
    static_cast<void>(co_await working);
    if (state_->throws) throw std::bad_alloc();
    if (!state_->broken.ok()) co_return state_->broken;
    Proof proof;
    proof.headers.emplace_back("Authorization", "Bearer " + std::to_string(number));
    proof.lifetime = state_->lifetime;
    co_return proof;
  }
  std::string who() const override { return state_->who; }
  Status trouble() const override { return state_->trouble; }
  bool can_renew() override { return state_->renewable; }

 private:
  std::shared_ptr<State> state_;
};

Status down() {
  Fault fault;
  fault.code = Code::kUnavailable;
  fault.retryable = true;
  fault.message = "the issuer is down";
  return Status(std::move(fault));
}

class Living : public testing::Test {
 protected:
  std::string token(milliseconds limit = 10s) {
    Context context(loop, loop.now() + limit);
    const Result<Headers> headers = loop.run(credential.headers(context));
    return headers.ok() ? headers.value().at(0).second : headers.status()->message;
  }
  void pass(milliseconds time) {
    Context context(loop, Instant::max());
    static_cast<void>(loop.run(sleep_for(context, time)));
  }

  VirtualLoop loop;
  std::shared_ptr<Numbered::State> issuer = std::make_shared<Numbered::State>();
  LivingToken credential{"oauth-m2m", std::make_unique<Numbered>(issuer)};
};

TEST_F(Living, IsFetchedOnceForAllWhoWait) {
  Context context(loop, loop.now() + 10s);
  std::vector<Task<Result<Headers>>> waiting;
  for (int i = 0; i < 1000; ++i) waiting.push_back(credential.headers(context));
  for (const Result<Headers>& headers : loop.run(all(context, std::move(waiting))))
    EXPECT_EQ(headers.value().at(0).second, "Bearer 1");
  EXPECT_EQ(issuer->asked, 1);
}

TEST_F(Living, IsRefreshedAheadOfItsEndByOneFetchWhileTheOldOneIsUsed) {
  EXPECT_EQ(token(), "Bearer 1");
  pass(39min);
  EXPECT_EQ(token(), "Bearer 1");
  EXPECT_EQ(issuer->asked, 1);
  pass(2min);
  EXPECT_EQ(token(), "Bearer 1");  // at once; the new one is on its way
  EXPECT_EQ(token(), "Bearer 1");
  EXPECT_EQ(issuer->asked, 2);
  pass(200ms);
  EXPECT_EQ(token(), "Bearer 2");
}

TEST_F(Living, OfAShortLifeIsRefreshedInItsSecondHalf) {
  issuer->lifetime = 10min;
  EXPECT_EQ(token(), "Bearer 1");
  pass(5min - 1s);
  EXPECT_EQ(token(), "Bearer 1");
  EXPECT_EQ(issuer->asked, 1);
  pass(2s);
  EXPECT_EQ(token(), "Bearer 1");
  EXPECT_EQ(issuer->asked, 2);
}

TEST_F(Living, IsNotUsedInTheLastMomentsOfItsLife) {
  EXPECT_EQ(token(), "Bearer 1");
  pass(1h - 41s);
  EXPECT_EQ(token(), "Bearer 1");
  pass(200ms);
  EXPECT_EQ(token(), "Bearer 2");
  pass(1h - 39s);
  EXPECT_EQ(token(), "Bearer 3");  // waited for
}

TEST_F(Living, WithoutAnEndIsKept) {
  issuer->lifetime.reset();
  EXPECT_EQ(token(), "Bearer 1");
  pass(24h * 400);
  EXPECT_EQ(token(), "Bearer 1");
  EXPECT_EQ(credential.expires_at(), std::nullopt);
}

TEST_F(Living, ThatEndsAtOnceIsStillTriedByThoseWhoWaitedForIt) {
  issuer->lifetime = 0ms;
  EXPECT_EQ(token(), "Bearer 1");
  EXPECT_EQ(token(), "Bearer 2");
}

TEST_F(Living, OutlivesAnIssuerThatIsDown) {
  EXPECT_EQ(token(), "Bearer 1");
  pass(41min);
  issuer->broken = down();
  EXPECT_EQ(token(), "Bearer 1");
  pass(1s);
  EXPECT_EQ(token(), "Bearer 1");
  EXPECT_EQ(issuer->asked, 2);  // not again at once: the SDKs leave a minute
  pass(61s);
  EXPECT_EQ(token(), "Bearer 1");
  EXPECT_EQ(issuer->asked, 3);
  pass(200ms);
  issuer->broken = Status();
  pass(62s);
  EXPECT_EQ(token(), "Bearer 1");
  pass(1s);
  EXPECT_EQ(token(), "Bearer 4");
}

TEST_F(Living, ThatCannotBeHadIsAskedForLessAndLessOften) {
  issuer->broken = down();
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(token(), "the issuer is down");
    pass(1s);
  }
  EXPECT_LE(issuer->asked, 25);
  EXPECT_GE(issuer->asked, 15);
}

TEST_F(Living, SaysWhenTheNextTryIs) {
  issuer->broken = down();
  EXPECT_EQ(token(), "the issuer is down");
  Context context(loop, loop.now() + 1s);
  const Status status = loop.run(credential.headers(context)).status();
  EXPECT_TRUE(status->retryable);
  EXPECT_EQ(status->retry_after, 1000ms);
}

TEST_F(Living, IsAskedForAtOnceWhenTheSecretWasReplaced) {
  issuer->broken = failure(Code::kUnauthenticated, "invalid_client");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(token(), "invalid_client");
  EXPECT_EQ(issuer->asked, 1);
  issuer->broken = Status();
  issuer->who = "me with another secret";
  EXPECT_EQ(token(), "Bearer 2");
}

TEST_F(Living, ThatWorkedOnceIsNotGivenUpForAProxysPage) {
  EXPECT_EQ(token(), "Bearer 1");
  pass(2h);
  issuer->broken = failure(Code::kFailedPrecondition, "a page in place of JSON");
  Context context(loop, loop.now() + 1s);
  const Status status = loop.run(credential.headers(context)).status();
  EXPECT_EQ(status.code(), Code::kUnavailable);
  EXPECT_TRUE(status->retryable);
  EXPECT_EQ(status->message, "a page in place of JSON");
}

TEST_F(Living, ThatIsRefusedIsReplacedOnceForAll) {
  EXPECT_EQ(token(), "Bearer 1");
  const Headers given{{"Authorization", "Bearer 1"}};
  EXPECT_TRUE(credential.rejected(given));
  EXPECT_EQ(token(), "Bearer 2");
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(credential.rejected(given));  // others who sent the old one
  EXPECT_EQ(token(), "Bearer 2");
  EXPECT_EQ(issuer->asked, 2);
}

TEST_F(Living, ThatNobodyCanRenewIsKept) {
  issuer->renewable = false;
  EXPECT_EQ(token(), "Bearer 1");
  EXPECT_FALSE(credential.rejected({{"Authorization", "Bearer 1"}}));
  EXPECT_EQ(token(), "Bearer 1");
}

TEST_F(Living, IsNotWaitedForLongerThanTheOperationHas) {
  issuer->takes = 1min;
  const Instant begin = loop.now();
  EXPECT_EQ(token(5s), "the operation ran into its time limit");
  EXPECT_EQ(loop.now() - begin, 5s);
  issuer->trouble = down();
  EXPECT_EQ(token(5s), "the issuer is down");
  pass(1min);
  EXPECT_EQ(token(5s), "Bearer 1");  // the fetch went on
  EXPECT_EQ(issuer->asked, 1);
}

TEST_F(Living, DoesNotEndWithTheOperationThatAskedFirst) {
  issuer->takes = 1min;
  Context first(loop, Instant::max());
  Context second(loop, Instant::max());
  Result<Headers> seen = down();
  start<Result<Headers>>(credential.headers(first), [](auto, auto) {});
  loop.later(10s, [&] { first.cancel(); });
  seen = loop.run(credential.headers(second));
  EXPECT_EQ(seen.value().at(0).second, "Bearer 1");
  EXPECT_EQ(issuer->asked, 1);
}

TEST_F(Living, SurvivesAFetchThatThrows) {
  issuer->throws = true;
  EXPECT_EQ(token(), "the login could not be prepared");
  issuer->throws = false;
  pass(2s);
  EXPECT_EQ(token(), "Bearer 2");
}

TEST_F(Living, LeavesNothingBehindWhenItsClientCloses) {
  EXPECT_EQ(token(), "Bearer 1");
  pass(50min);
  issuer->takes = 1h;
  EXPECT_EQ(token(), "Bearer 1");  // begins the refresh
  credential.close();
  loop.drain();
  EXPECT_EQ(issuer->asked, 2);
}

TEST_F(Living, LetsClientsOfOneLoginKnowEachOther) {
  LivingToken other("oauth-m2m", std::make_unique<Numbered>(issuer));
  EXPECT_EQ(credential.fingerprint(), other.fingerprint());
  EXPECT_FALSE(credential.fingerprint().empty());
  const std::string before = credential.fingerprint();
  issuer->who = "somebody else";
  EXPECT_NE(credential.fingerprint(), before);
}

}  // namespace
}  // namespace brickwork
