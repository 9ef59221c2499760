#include <gtest/gtest.h>

#include "abi/library.h"
#include "abi/loopback_server.h"

namespace brickwork::abi_test {
namespace {

constexpr std::string_view kCanary = "dapi0123456789canary";

void set_canary(const Client& client, std::string_view value = kCanary, std::int64_t expires_at_ms = 0) {
  ASSERT_EQ(api().client_set_secret(client.get(), "token", value.data(), value.size(), expires_at_ms, nullptr), BW_OK);
}

std::string log_of(const Client& client) {
  bw_bytes lines{};
  EXPECT_EQ(api().log_take(client.get(), &lines), BW_OK);
  std::string text(lines.data, lines.size);
  api().bytes_free(&lines);
  return text;
}

TEST(Secret, IsSentToTheWorkspaceAndShownNowhereElse) {
  LoopbackServer server;
  std::string seen;
  {
    const Client client(api(), connection_to(server.url()));
    set_canary(client);
    for (const char* body : {R"({"path": "/answer"})", R"({"path": "/break"})", R"({"path": 1})"}) {
      const Outcome result = call(api(), client.get(), spec_of(BW_REST, body));
      seen += result.json + result.error + result.message;
    }
    const Outcome late = call(api(), client.get(), spec_of(BW_REST, R"({"path": "/wait"})", 20));
    seen += late.error + late.message;
    EXPECT_NE(server.last_request().find(kCanary), std::string::npos);
    const Outcome check = call(api(), client.get(), spec_of(BW_AUTH_CHECK, "{}"));
    seen += check.json + check.error;
    seen += log_of(client);
  }
  bw_text info{};
  api().build_info(&info);
  seen += copy_of(info);
  EXPECT_GT(seen.size(), 1000u);
  EXPECT_EQ(seen.find("canary"), std::string::npos);
}

TEST(Secret, IsAskedForByAnEventAndTheOperationGoesOnWithIt) {
  LoopbackServer server;
  const Client client(api(), R"({"auth_type": "pat", )" + connection_to(server.url()).substr(1));
  set_canary(client, kCanary, 1'000);  // ran out long ago
  const std::uint64_t op = client.start(BW_REST, R"({"path": "/answer"})");
  bool asked = false;
  while (!asked && api().events_wait(client.get(), 10'000) == BW_OK)
    for (const bw_event& event : client.drain()) asked = asked || event.kind == BW_EV_SECRET;
  ASSERT_TRUE(asked);
  EXPECT_EQ(server.requests(), 0);
  set_canary(client);
  EXPECT_EQ(client.wait_done(op).status, BW_OK);
}

TEST(Secret, ThatWasTakenBackIsNotSent) {
  LoopbackServer server;
  const Client client(api(), R"({"auth_type": "pat", )" + connection_to(server.url()).substr(1));
  set_canary(client);
  set_canary(client, "");
  const bw_status status = call(api(), client.get(), spec_of(BW_REST, R"({"path": "/answer"})", 200)).status;
  EXPECT_TRUE(status == BW_UNAUTHENTICATED || status == BW_DEADLINE_EXCEEDED) << status;
  EXPECT_EQ(server.requests(), 0);
}

}  // namespace
}  // namespace brickwork::abi_test
