#include <gtest/gtest.h>

#include "runs/watch/crowd.h"
#include "unit/runs/fake_workspace.h"

namespace brickwork::runs {
namespace {

using namespace std::chrono_literals;

class Login : public NoSecret {
 public:
  explicit Login(std::string who) : who(std::move(who)) {}
  std::string fingerprint() const override { return refuses ? std::string() : who; }
  Task<Result<Headers>> headers(Context&) override {
    if (refuses) co_return failure(Code::kUnauthenticated, "no login is set");
    co_return Headers{{"Authorization", "Bearer " + who}};
  }
  std::string who;
  bool refuses = false;
};

// A client of the process: its own login and memory, the loop and the watches of all.
struct Client {
  Client(Loop& loop, std::shared_ptr<Watchings> watchings, std::string who, std::string host = "https://fake.example")
      : login(std::make_shared<Login>(std::move(who))), rest(loop, {.host = std::move(host)}, login, {}) {
    memory.watchings = std::move(watchings);
  }
  std::shared_ptr<Login> login;
  RestClient rest;
  Memory memory;
};

struct SharedWatches : testing::Test {
  std::unique_ptr<Client> client(std::string who, std::string host = "https://fake.example") {
    return std::make_unique<Client>(process.loop, watchings, std::move(who), std::move(host));
  }
  void start(int count) {
    for (int i = 0; i < count; ++i) {
      const auto launched =
          process.loop.run(launch(process.context, process.client, process.memory, {{"group", many("g", 1)}}));
      ids.push_back(launched.value().at("run_id").as_int64());
    }
    workspace.log.clear();
  }
  Task<Result<json::object>> watched(Context& context, Client& by, std::int64_t run_id) {
    return watch(context, by.rest, by.memory, {{"run_id", run_id}, {"poll_ms", 5'000}}, {});
  }
  void end_all_at(milliseconds when) {
    process.loop.later(when, [this] {
      for (const std::int64_t id : ids) workspace.end_all(id, "SUCCESS");
    });
  }
  void expect_success(std::vector<Task<Result<json::object>>> watches) {
    for (const auto& state : process.loop.run(all(process.context, std::move(watches))))
      EXPECT_EQ(state.ok() ? text(state.value(), "verdict") : state.status()->message, "succeeded");
  }

  FakeWorkspace workspace;
  Process process{workspace};
  std::shared_ptr<Watchings> watchings = std::make_shared<Watchings>();
  std::vector<std::int64_t> ids;
};

TEST_F(SharedWatches, ClientsOfOneLoginShareTheSweepsOfARun) {
  start(1);
  end_all_at(21s);
  std::vector<std::unique_ptr<Client>> clients;
  std::vector<Task<Result<json::object>>> watches;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(client("alice"));
    watches.push_back(watched(process.context, *clients.back(), ids[0]));
  }
  expect_success(std::move(watches));
  EXPECT_EQ(workspace.count("/runs/get"), 6);  // at 0, 5, 10, 15, 20 and 25 s
}

TEST_F(SharedWatches, ClientsOfOneLoginAreOneCrowd) {
  start(200);
  end_all_at(61s);
  std::vector<std::unique_ptr<Client>> clients;
  std::vector<Task<Result<json::object>>> watches;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i % 50 == 0) clients.push_back(client("alice"));
    watches.push_back(watched(process.context, *clients.back(), ids[i]));
  }
  expect_success(std::move(watches));
  EXPECT_LE(workspace.count("/runs/list"), 1 + 9 + 27 + 2 * (200 / 24));
}

TEST_F(SharedWatches, AnotherLoginOrWorkspaceSharesNothing) {
  start(1);
  end_all_at(12s);
  const auto alice = client("alice"), bob = client("bob"), nobody = client(""),
             elsewhere = client("alice", "https://b");
  std::vector<Task<Result<json::object>>> watches;
  for (Client* each : {alice.get(), bob.get(), nobody.get(), elsewhere.get()})
    watches.push_back(watched(process.context, *each, ids[0]));
  expect_success(std::move(watches));
  EXPECT_EQ(workspace.count("/runs/get"), 4 * 4);  // at 0, 5, 10 and 15 s
}

TEST_F(SharedWatches, AClientThatIsClosedWhileItSweepsHandsOver) {
  start(30);
  auto first = client("alice");
  const auto second = client("alice");
  Context of_first(process.loop, Instant::max());
  std::vector<Task<Result<json::object>>> watches;
  for (const std::int64_t id : ids) watches.push_back(watched(of_first, *first, id));
  for (const std::int64_t id : ids) watches.push_back(watched(process.context, *second, id));
  bool closed = false;
  workspace.before = [&](const std::string& path) {
    if (closed || process.loop.now() < Instant{} + 12s || !path.ends_with("/runs/list")) return;
    closed = true;  // the list is asked for, and nobody will hear the answer
    of_first.cancel();
    process.loop.later(0ms, [&] { first.reset(); });
  };
  end_all_at(23s);
  const auto states = process.loop.run(all(process.context, std::move(watches)));
  EXPECT_TRUE(closed);
  for (std::size_t i = 0; i < ids.size(); ++i) EXPECT_EQ(states[i].status().code(), Code::kCancelled);
  for (std::size_t i = ids.size(); i < states.size(); ++i) EXPECT_EQ(text(states[i].value(), "verdict"), "succeeded");
}

TEST_F(SharedWatches, AClientWhoseTokenBecomesAnothersTellsTheOthersNothing) {
  start(1);
  const auto changing = client("alice"), staying = client("alice");
  std::vector<Task<Result<json::object>>> watches;
  watches.push_back(watched(process.context, *changing, ids[0]));
  watches.push_back(watched(process.context, *staying, ids[0]));
  process.loop.later(7s, [&] { changing->login->who = "bob"; });
  end_all_at(21s);
  expect_success(std::move(watches));
  EXPECT_EQ(changing->memory.watching->login, changing->rest.login());
  EXPECT_EQ(staying->memory.watching->login, staying->rest.login());
  // Together at 0 and 5 s, then each for itself; the one that moved finds nothing to share and asks once more.
  EXPECT_GE(workspace.count("/runs/get"), 2 + 4 + 4);
}

TEST_F(SharedWatches, AnAnswerThatAnotherLoginMayHaveGotIsNotPassedOn) {
  start(1);
  const auto changing = client("alice"), staying = client("alice");
  workspace.before = [&](const std::string&) {
    if (process.loop.now() >= Instant{} + 4s) changing->login->who = "bob";  // while its look is on the way
  };
  std::vector<Task<Result<json::object>>> watches;
  watches.push_back(watched(process.context, *changing, ids[0]));
  watches.push_back(watched(process.context, *staying, ids[0]));
  end_all_at(4s);
  expect_success(std::move(watches));
  EXPECT_EQ(workspace.count("/runs/get"), 1 + 2);  // together, then each for itself
}

TEST_F(SharedWatches, TheLackOfATokenIsNobodyElsesAffair) {
  start(1);
  const auto poor = client("alice"), rich = client("alice");
  process.loop.later(2s, [&] { poor->login->refuses = true; });  // its host took the token back
  std::vector<Task<Result<json::object>>> watches;
  watches.push_back(watched(process.context, *poor, ids[0]));
  watches.push_back(watched(process.context, *rich, ids[0]));
  end_all_at(7s);
  const auto states = process.loop.run(all(process.context, std::move(watches)));
  EXPECT_EQ(states[0].status().code(), Code::kUnauthenticated);
  EXPECT_EQ(text(states[1].value(), "verdict"), "succeeded");
}

TEST_F(SharedWatches, NothingIsKeptOfAClientThatIsGone) {
  start(20);
  end_all_at(7s);
  std::weak_ptr<Watching> kept;
  {
    const auto only = client("alice");
    std::vector<Task<Result<json::object>>> watches;
    for (const std::int64_t id : ids) watches.push_back(watched(process.context, *only, id));
    expect_success(std::move(watches));
    kept = only->memory.watching;
    EXPECT_TRUE(only->memory.watching->sweeps.empty());
    EXPECT_EQ(only->memory.watching->crowd.fresh, 0);
  }
  EXPECT_TRUE(kept.expired());
}

}  // namespace
}  // namespace brickwork::runs
