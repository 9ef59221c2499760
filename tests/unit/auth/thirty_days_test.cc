#include <gtest/gtest.h>

#include "auth/base64.h"
#include "unit/auth/login_test.h"
#include "unit/runs/fake_workspace.h"

namespace brickwork::runs {
namespace {

using namespace std::chrono_literals;

constexpr auto kDay = 24h;
constexpr int kDays = 30;

// A workspace that believes only in tokens that its issuer gave and that have not ended, and an issuer with bad days.
class ThirtyDays : public LoginTest {
 protected:
  ThirtyDays() {
    variables = {{"DATABRICKS_HOST", "https://fake.example"}};
    pages["https://fake.example/oidc/.well-known/"] = [](const HttpRequest&) {
      return answer(200, R"({"token_endpoint":"https://fake.example/oidc/v1/token"})");
    };
    pages["https://fake.example/oidc/v1/token"] = [this](const HttpRequest& request) { return issue(request); };
    pages["https://fake.example/api/"] = [this](const HttpRequest& request) { return work(request); };
  }

  VirtualLoop::Reply issue(const HttpRequest& request) {
    ++fetches;
    if (loop.now() < down_until) return answer(503, "{}");
    if (loop.now() < throttled_until) return answer(429, R"({"error":"slow_down"})", {{"retry-after", "20"}});
    if (header_of(request, "Authorization") != "Basic " + valid_pair) {
      ++refusals;
      return answer(401, R"({"error":"invalid_client","error_description":"the secret is not known"})");
    }
    const std::string token = "token-" + std::to_string(++issued);
    ends["Bearer " + token] = loop.now() + 1h;
    return answer(200, R"({"access_token":")" + token + R"(","token_type":"Bearer","expires_in":3600})");
  }

  VirtualLoop::Reply work(const HttpRequest& request) {
    const auto found = ends.find(header_of(request, "Authorization"));
    if (found == ends.end() || loop.now() >= found->second) {
      ++unwelcome;
      return answer(unwelcome % 2 == 0 ? 401 : 403, R"({"error_code":"403","message":"Invalid access token."})");
    }
    workspace.now_ms = std::max(workspace.now_ms, loop.unix_ms());
    return workspace.handle(request);
  }

  // What happens on one of the days, at hours of its own.
  void plan(int day) {
    const milliseconds morning = kDay * day;
    const std::string secret = "secret-" + std::to_string(day);
    if (day % 3 == 1) loop.later(morning + 3h, [this] { down_until = loop.now() + 5h; });
    if (day % 3 == 2) loop.later(morning + 7h, [this] { throttled_until = loop.now() + 2h; });
    if (day % 5 == 4) loop.later(morning + 20h, [this] { ends.clear(); });  // all tokens are revoked
    loop.later(morning + 12h, [this, secret] { valid_pair = pair_of(secret); });
    // The host is told ten minutes after the old one stopped to work.
    loop.later(morning + 12h + 10min, [this, secret] { hand_over("client_secret", secret); });
  }

  static std::string pair_of(const std::string& secret) { return base64("client:" + secret); }

  FakeWorkspace workspace;
  std::map<std::string, Instant> ends;
  std::string valid_pair = pair_of("secret-first");
  Instant down_until{};
  Instant throttled_until{};
  int fetches = 0;
  int issued = 0;
  int refusals = 0;
  int unwelcome = 0;
};

TEST_F(ThirtyDays, AThousandWatchesLiveThroughOutagesRevocationsAndARotationADay) {
  constexpr int kRuns = 1'000;
  const Resolved resolved = resolve(R"({"client_id":"client"})").value();
  hand_over("client_secret", "secret-first");
  RestClient client(loop, resolved.options, resolved.credential, {});
  Memory memory;
  Context context(loop, Instant::max());
  std::vector<std::int64_t> ids;
  for (int i = 0; i < kRuns; ++i) {
    const Result<json::object> launched = loop.run(launch(context, client, memory, {{"group", many("g", 1)}}));
    ASSERT_TRUE(launched.ok()) << launched.status()->message;
    ids.push_back(launched.value().at("run_id").as_int64());
  }
  const Instant begin = loop.now();
  for (int day = 0; day < kDays; ++day) plan(day);
  loop.later(kDay * kDays, [&] {
    workspace.now_ms = std::max(workspace.now_ms + 1, loop.unix_ms());
    for (const std::int64_t id : ids) workspace.end_all(id, "SUCCESS");
  });
  int stale = 0;
  const Progress progress = host_reads([&](json::object document) {
    if (const json::value* since = document.if_contains("stale_since_ms"); since && !since->is_null()) ++stale;
  });
  std::vector<Task<Result<json::object>>> watches;
  std::deque<Context> contexts;  // each is an operation of its own
  for (const std::int64_t id : ids)
    watches.push_back(watch(contexts.emplace_back(loop, Instant::max()), client, memory,
                            {{"run_id", id}, {"interval_ms", {{"min", 1'800'000}, {"max", 1'800'000}}}}, progress));
  int lost = 0;
  for (const Result<json::object>& state : loop.run(all(context, std::move(watches)))) {
    if (state.ok()) {
      EXPECT_EQ(text(state.value(), "verdict"), "succeeded");
    } else if (lost++ == 0) {
      ADD_FAILURE() << state.status()->message;
    }
  }
  EXPECT_EQ(lost, 0);
  EXPECT_GE(loop.now() - begin, kDay * kDays);
  EXPECT_GT(stale, 0);      // the outages were long enough to be noticed
  EXPECT_GT(unwelcome, 0);  // and so were the revocations
  EXPECT_GT(refusals, 0);   // a rotation met a refresh
  // A token of an hour is replaced by the first look in its last 20 minutes.
  EXPECT_NEAR(issued, 30 * 30, 200);
  // Ten outages of five hours: eight tries a round, a round and its pause take a minute and a half.
  EXPECT_LE(fetches, 15'000);
  RecordProperty("fetches", fetches);
  resolved.credential->close();
}

}  // namespace
}  // namespace brickwork::runs
