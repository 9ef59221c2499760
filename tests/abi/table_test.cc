#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>
#include <set>

#include "abi/library.h"
#include "abi/loopback_server.h"

namespace brickwork::abi_test {
namespace {

constexpr char kNowhere[] = R"({"host": "http://127.0.0.1:9", "environment": false})";

TEST(Table, IsServedForItsMajorOnlyAndIsTheSameEachTime) {
  const Library library;
  const bw_api* table = library.table();
  ASSERT_NE(table, nullptr);
  EXPECT_EQ(table, library.table());
  EXPECT_EQ(library.table(0), nullptr);
  EXPECT_EQ(library.table(2), nullptr);
  EXPECT_EQ(table->abi_major, BW_ABI_MAJOR);
  EXPECT_EQ(table->abi_minor, BW_ABI_MINOR);
  EXPECT_EQ(table->struct_size, sizeof(bw_api));
}

TEST(Table, HasNoEmptySlot) {
  const auto* bytes = reinterpret_cast<const char*>(&api());
  for (std::size_t at = offsetof(bw_api, build_info); at < sizeof(bw_api); at += sizeof(void*)) {
    void* slot = nullptr;
    std::memcpy(&slot, bytes + at, sizeof slot);
    EXPECT_NE(slot, nullptr) << "at byte " << at;
  }
  EXPECT_TRUE(BW_HAS_SLOT(&api(), log_take));
}

TEST(Table, NamesEveryStatusAndNoOther) {
  EXPECT_STREQ(api().status_name(BW_OK), "OK");
  EXPECT_STREQ(api().status_name(BW_RESOURCE_EXHAUSTED), "RESOURCE_EXHAUSTED");
  EXPECT_STREQ(api().status_name(BW_UNAUTHENTICATED), "UNAUTHENTICATED");
  EXPECT_STREQ(api().status_name(BW_FORKED), "FORKED");
  EXPECT_STREQ(api().status_name(17), "UNKNOWN_STATUS");
  EXPECT_STREQ(api().status_name(-1), "UNKNOWN_STATUS");
}

TEST(Table, TakesNullWhereTheHeaderSaysSo) {
  bw_text text{"x", 1};
  api().error_message(nullptr, &text);
  EXPECT_EQ(text.size, 0u);
  api().error_json(nullptr, &text);
  EXPECT_EQ(copy_of(text), "{}");
  EXPECT_EQ(api().error_status(nullptr), BW_OK);
  api().error_message(nullptr, nullptr);
  api().error_json(nullptr, nullptr);
  api().build_info(nullptr);
  api().error_free(nullptr);
  api().bytes_free(nullptr);
  api().client_close(nullptr);
}

TEST(Table, RefusesANullClientInEverySlotThatTakesOne) {
  const bw_op_spec spec = spec_of(BW_REST, "{}");
  std::uint64_t op = 7;
  std::size_t count = 7;
  std::int32_t fd = 7;
  bw_bytes bytes{};
  bw_event event{};
  EXPECT_EQ(api().client_set_secret(nullptr, "token", "x", 1, 0, nullptr), BW_INVALID_ARGUMENT);
  EXPECT_EQ(api().client_event_fd(nullptr, &fd), BW_INVALID_ARGUMENT);
  EXPECT_EQ(api().op_start(nullptr, &spec, &op, nullptr), BW_INVALID_ARGUMENT);
  EXPECT_EQ(api().op_cancel(nullptr, 1), BW_INVALID_ARGUMENT);
  EXPECT_EQ(api().op_peek(nullptr, 1, &bytes), BW_INVALID_ARGUMENT);
  EXPECT_EQ(api().op_take(nullptr, 1, &bytes, nullptr), BW_INVALID_ARGUMENT);
  EXPECT_EQ(api().op_drop(nullptr, 1), BW_INVALID_ARGUMENT);
  EXPECT_EQ(api().call(nullptr, &spec, &bytes, nullptr), BW_INVALID_ARGUMENT);
  EXPECT_EQ(api().events_drain(nullptr, &event, sizeof event, 1, &count), BW_INVALID_ARGUMENT);
  EXPECT_EQ(api().events_wait(nullptr, 0), BW_INVALID_ARGUMENT);
  EXPECT_EQ(api().log_take(nullptr, &bytes), BW_INVALID_ARGUMENT);
  EXPECT_EQ(op, 7u);
  EXPECT_EQ(count, 7u);
  EXPECT_EQ(fd, 7);
  EXPECT_EQ(bytes.data, nullptr);
}

TEST(Table, RefusesANullPointerThatItMustWriteThrough) {
  const Client client(api(), kNowhere);
  const bw_op_spec spec = spec_of(BW_REST, "{}");
  bw_open open{};
  open.struct_size = sizeof open;
  std::size_t count = 0;
  EXPECT_EQ(api().client_open(&open, nullptr, nullptr), BW_INVALID_ARGUMENT);
  EXPECT_EQ(api().client_event_fd(client.get(), nullptr), BW_INVALID_ARGUMENT);
  EXPECT_EQ(api().op_start(client.get(), &spec, nullptr, nullptr), BW_INVALID_ARGUMENT);
  EXPECT_EQ(api().op_start(client.get(), nullptr, nullptr, nullptr), BW_INVALID_ARGUMENT);
  EXPECT_EQ(api().op_peek(client.get(), 1, nullptr), BW_INVALID_ARGUMENT);
  EXPECT_EQ(api().op_take(client.get(), 1, nullptr, nullptr), BW_INVALID_ARGUMENT);
  EXPECT_EQ(api().call(client.get(), &spec, nullptr, nullptr), BW_INVALID_ARGUMENT);
  EXPECT_EQ(api().events_drain(client.get(), nullptr, sizeof(bw_event), 1, &count), BW_INVALID_ARGUMENT);
  EXPECT_EQ(api().events_drain(client.get(), nullptr, sizeof(bw_event), 0, &count), BW_OK);
  EXPECT_EQ(api().log_take(client.get(), nullptr), BW_INVALID_ARGUMENT);
}

TEST(Table, LeavesWhatAFailedCallWouldHaveWritten) {
  const Client client(api(), kNowhere);
  std::uint64_t op = 7;
  const bw_op_spec unknown_verb = spec_of(999'999, "{}");
  bw_error* error = nullptr;
  EXPECT_EQ(api().op_start(client.get(), &unknown_verb, &op, &error), BW_UNIMPLEMENTED);
  EXPECT_EQ(op, 7u);
  EXPECT_EQ(api().error_status(error), BW_UNIMPLEMENTED);
  api().error_free(error);
}

TEST(Table, AnswersAnUnknownOperationInEverySlot) {
  const Client client(api(), kNowhere);
  EXPECT_EQ(api().op_cancel(client.get(), 123), BW_NOT_FOUND);
  EXPECT_EQ(api().op_drop(client.get(), 123), BW_NOT_FOUND);
  bw_bytes bytes{};
  EXPECT_EQ(api().op_peek(client.get(), 123, &bytes), BW_NOT_FOUND);
  const Outcome taken = take(api(), client.get(), 123);
  EXPECT_EQ(taken.status, BW_NOT_FOUND);
  EXPECT_NE(taken.error.find("UNKNOWN_OPERATION"), std::string::npos);
}

TEST(Table, RunsAPureVerbWithoutAClient) {
  const Outcome result = call(api(), nullptr, spec_of(BW_GROUP_LINT, R"({"group": {"name": "g", "tasks": []}})"));
  EXPECT_EQ(result.status, BW_OK) << result.error;
  EXPECT_NE(result.json.find("\"findings\""), std::string::npos);
}

TEST(Table, SendsARequestAndHandsTheAnswerOver) {
  LoopbackServer server;
  const Client client(api(), connection_to(server.url()));
  const Outcome result = call(api(), client.get(), spec_of(BW_REST, R"({"path": "/answer"})"));
  EXPECT_EQ(result.status, BW_OK) << result.error;
  EXPECT_NE(result.json.find("\"answer\":42"), std::string::npos);

  const std::uint64_t op = client.start(BW_REST, R"({"path": "/answer"})", 0, 77);
  const bw_event done = client.wait_done(op);
  EXPECT_EQ(done.tag, 77u);
  EXPECT_EQ(done.status, BW_OK);
  EXPECT_GT(done.at_ms, 1'600'000'000'000);
  EXPECT_EQ(take(api(), client.get(), op).status, BW_OK);
  EXPECT_EQ(take(api(), client.get(), op).status, BW_NOT_FOUND);
}

TEST(Table, GivesAnOperationItsStatusInTheEventAndTheErrorInTheTake) {
  const Client client(api(), R"({"host": "http://127.0.0.1:9", "environment": false, "retry": {"max_attempts": 1}})");
  const std::uint64_t op = client.start(BW_REST, R"({"path": "/answer"})");
  EXPECT_EQ(client.wait_done(op).status, BW_UNAVAILABLE);
  const Outcome result = take(api(), client.get(), op);
  EXPECT_EQ(result.status, BW_UNAVAILABLE);
  EXPECT_NE(result.error.find("\"status\":\"UNAVAILABLE\""), std::string::npos);
  EXPECT_EQ(result.json, "");
}

TEST(Table, EndsACancelledOperationAndOneThatRunsOutOfTime) {
  LoopbackServer server;
  const Client client(api(), connection_to(server.url()));
  const std::uint64_t cancelled = client.start(BW_REST, R"({"path": "/wait"})");
  EXPECT_EQ(api().op_cancel(client.get(), cancelled), BW_OK);
  EXPECT_EQ(client.wait_done(cancelled).status, BW_CANCELLED);
  EXPECT_EQ(api().op_cancel(client.get(), cancelled), BW_OK);
  const std::uint64_t late = client.start(BW_REST, R"({"path": "/wait"})", 50);
  EXPECT_EQ(client.wait_done(late).status, BW_DEADLINE_EXCEEDED);
  EXPECT_EQ(call(api(), client.get(), spec_of(BW_REST, R"({"path": "/wait"})", 50)).status, BW_DEADLINE_EXCEEDED);
}

TEST(Table, DrainsIntoEventsOfALaterHostAndZeroesWhatItDoesNotKnow) {
  struct LaterEvent {
    bw_event known;
    std::uint64_t added;
  };
  const Client client(api(), kNowhere);
  client.start(BW_GROUP_LINT, R"({"group": {}})", 0, 5);
  ASSERT_EQ(api().events_wait(client.get(), 30'000), BW_OK);
  LaterEvent events[2];
  std::memset(events, 0xff, sizeof events);
  std::size_t count = 0;
  ASSERT_EQ(api().events_drain(client.get(), &events[0].known, sizeof(LaterEvent), 2, &count), BW_OK);
  ASSERT_EQ(count, 1u);
  EXPECT_EQ(events[0].known.tag, 5u);
  EXPECT_EQ(events[0].added, 0u);
  EXPECT_EQ(events[1].added, ~std::uint64_t{0});
  EXPECT_EQ(api().events_drain(client.get(), &events[0].known, 24, 1, &count), BW_INVALID_ARGUMENT);
  EXPECT_EQ(api().events_drain(client.get(), &events[0].known, 36, 1, &count), BW_INVALID_ARGUMENT);
}

TEST(Table, ListsInBuildInfoWhatTheHeaderNames) {
  bw_text text{};
  api().build_info(&text);
  const std::string info = copy_of(text);
  const std::string version = std::to_string(BW_ABI_MAJOR) + "." + std::to_string(BW_ABI_MINOR);
  for (const std::string& word :
       {"\"abi\":\"" + version + "\"", std::string("\"group.launch\""), std::string("\"number\":901"),
        std::string("\"rest-response/1\":{"), std::string("\"group/1\":{")})
    EXPECT_NE(info.find(word), std::string::npos) << word;
  bw_text again{};
  api().build_info(&again);
  EXPECT_EQ(again.data, text.data);
}

TEST(Table, ZeroesTheBytesItTakesBack) {
  bw_bytes bytes{};
  const bw_op_spec spec = spec_of(BW_GROUP_LINT, R"({"group": {}})");
  ASSERT_EQ(api().call(nullptr, &spec, &bytes, nullptr), BW_OK);
  EXPECT_EQ(bytes.data[bytes.size], '\0');
  api().bytes_free(&bytes);
  EXPECT_EQ(bytes.data, nullptr);
  EXPECT_EQ(bytes.size, 0u);
  EXPECT_EQ(bytes.owner, nullptr);
  api().bytes_free(&bytes);
}

TEST(Table, KeepsLogLinesForAHostWithoutALogFunction) {
  LoopbackServer server;
  const Client client(api(), connection_to(server.url()));
  call(api(), client.get(), spec_of(BW_REST, R"({"path": "/answer"})"));
  bool announced = false;
  for (const bw_event& event : client.drain()) announced = announced || event.kind == BW_EV_LOG;
  EXPECT_TRUE(announced);
  bw_bytes lines{};
  ASSERT_EQ(api().log_take(client.get(), &lines), BW_OK);
  const std::string text(lines.data, lines.size);
  api().bytes_free(&lines);
  EXPECT_NE(text.find("/answer"), std::string::npos) << text;
  EXPECT_EQ(text.back(), '\n');
  ASSERT_EQ(api().log_take(client.get(), &lines), BW_OK);
  EXPECT_EQ(lines.size, 0u);
  api().bytes_free(&lines);
}

TEST(Table, CallsTheHostsLogFunctionUntilTheClientIsClosed) {
  LoopbackServer server;
  std::string lines;
  bw_open open{};
  open.struct_size = sizeof open;
  const std::string connection = connection_to(server.url());
  open.config = text_of(connection);
  open.log = [](void* data, std::int32_t level, const char* line, std::size_t size) {
    EXPECT_GE(level, 1);
    EXPECT_LE(level, 4);
    EXPECT_EQ(line[size], '\0');
    *static_cast<std::string*>(data) += std::string(line, size) + "\n";
  };
  open.log_data = &lines;
  {
    const Client client(api(), open);
    call(api(), client.get(), spec_of(BW_REST, R"({"path": "/answer"})"));
    for (const bw_event& event : client.drain()) EXPECT_NE(event.kind, BW_EV_LOG);
  }
  EXPECT_NE(lines.find("/answer"), std::string::npos);
}

TEST(Table, NeverUsesAnOperationIdTwice) {
  LoopbackServer server;
  std::set<std::uint64_t> ids;
  for (int round = 0; round < 3; ++round) {
    const Client client(api(), connection_to(server.url()));
    for (int i = 0; i < 100; ++i) {
      const std::uint64_t op = client.start(BW_GROUP_LINT, R"({"group": {}})");
      EXPECT_TRUE(ids.insert(op).second);
      EXPECT_EQ(api().op_drop(client.get(), op), BW_OK);
    }
  }
}

}  // namespace
}  // namespace brickwork::abi_test
