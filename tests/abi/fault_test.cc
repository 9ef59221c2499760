#include <gtest/gtest.h>
#include <pthread.h>

#include <functional>
#include <map>

#include "abi/library.h"
#include "abi/loopback_server.h"

#ifdef __SANITIZE_ADDRESS__
// The module's own operator new ends at malloc, the one of libstdc++.so at the sanitizer's: not the same, and both
// right.
extern "C" __attribute__((visibility("default"))) const char* __asan_default_options();
extern "C" const char* __asan_default_options() { return "alloc_dealloc_mismatch=0"; }
#endif

namespace brickwork::abi_test {
namespace {

// The module built once more with an operator new that fails and slots that throw on request.
struct Faulty {
  Library library{BRICKWORK_FAULTY_LIBRARY};
  const bw_api& table = *library.table();
  void (*fail_after)(std::int64_t) = reinterpret_cast<void (*)(std::int64_t)>(library.symbol("bw_test_fail_after"));
  std::int64_t (*failed)() = reinterpret_cast<std::int64_t (*)()>(library.symbol("bw_test_failed"));
  void (*throw_in_slots)(int) = reinterpret_cast<void (*)(int)>(library.symbol("bw_test_throw"));
};

Faulty& faulty() {
  static auto* made = new Faulty;
  return *made;
}

struct Call {
  bw_status status = BW_OK;
  std::string error;
};

// One call of each slot that answers with a status, by name.
std::map<std::string, std::function<Call()>> every_slot(bw_client* client, std::uint64_t op,
                                                        const std::string& connection) {
  const bw_api& table = faulty().table;
  const auto with_error = [&table](auto call) {
    return [&table, call] {
      bw_error* error = nullptr;
      bw_bytes bytes{};
      const bw_status status = call(&bytes, &error);
      faulty().throw_in_slots(0);  // what the slot made is given back without a fault
      const Outcome result = outcome(table, status, bytes, error);
      return Call{result.status, result.error};
    };
  };
  static const bw_op_spec lint = spec_of(BW_GROUP_LINT, R"({"group": {"name": "g", "tasks": []}})");
  std::map<std::string, std::function<Call()>> slots;
  slots["client_open"] = with_error([&table, connection](bw_bytes*, bw_error** error) {
    bw_open open{};
    open.struct_size = sizeof open;
    open.config = text_of(connection);
    bw_client* opened = nullptr;
    const bw_status status = table.client_open(&open, &opened, error);
    EXPECT_EQ(status == BW_OK, opened != nullptr);
    table.client_close(opened);
    return status;
  });
  slots["client_set_secret"] = with_error([&table, client](bw_bytes*, bw_error** error) {
    return table.client_set_secret(client, "token", "dapi", 4, 0, error);
  });
  slots["client_event_fd"] = [&table, client] {
    std::int32_t fd = -1;
    return Call{table.client_event_fd(client, &fd), {}};
  };
  slots["op_start"] = with_error([&table, client](bw_bytes*, bw_error** error) {
    std::uint64_t started = 0;
    const bw_status status = table.op_start(client, &lint, &started, error);
    EXPECT_EQ(status == BW_OK, started != 0);
    if (started != 0) table.op_drop(client, started);
    return status;
  });
  slots["op_cancel"] = [&table, client, op] { return Call{table.op_cancel(client, op), {}}; };
  slots["op_peek"] = [&table, client, op] {
    bw_bytes bytes{};
    const bw_status status = table.op_peek(client, op, &bytes);
    table.bytes_free(&bytes);
    return Call{status, {}};
  };
  slots["op_take"] = with_error([&table, client](bw_bytes* bytes, bw_error** error) {
    return table.op_take(client, 1'000'000'000, bytes, error);
  });
  slots["op_drop"] = [&table, client] { return Call{table.op_drop(client, 1'000'000'000), {}}; };
  slots["call"] = with_error(
      [&table, client](bw_bytes* bytes, bw_error** error) { return table.call(client, &lint, bytes, error); });
  slots["events_drain"] = [&table, client] {
    bw_event event{};
    std::size_t count = 0;
    return Call{table.events_drain(client, &event, sizeof event, 1, &count), {}};
  };
  slots["events_wait"] = [&table, client] { return Call{table.events_wait(client, 0), {}}; };
  slots["log_take"] = [&table, client] {
    bw_bytes lines{};
    const bw_status status = table.log_take(client, &lines);
    table.bytes_free(&lines);
    return Call{status, {}};
  };
  return slots;
}

void call_void_slots() {
  const bw_api& table = faulty().table;
  bw_text text{};
  table.build_info(&text);
  EXPECT_NE(table.status_name(BW_OK), nullptr);
  table.error_status(nullptr);
  table.error_message(nullptr, &text);
  table.error_json(nullptr, &text);
  table.error_free(nullptr);
  table.bytes_free(nullptr);
  table.client_close(nullptr);
}

class Fault : public testing::Test {
 protected:
  ~Fault() override {
    faulty().fail_after(-1);
    faulty().throw_in_slots(0);
  }

  LoopbackServer server_;
  const std::string connection_ = connection_to(server_.url());
  const Client client_{faulty().table, connection_};
};

TEST_F(Fault, ThrownInsideASlotBecomesAStatusAndIsNotQuoted) {
  const std::uint64_t op = client_.start(BW_REST, R"({"path": "/wait"})");
  for (const auto& [name, slot] : every_slot(client_.get(), op, connection_)) {
    for (const int kind : {1, 2, 3}) {
      faulty().throw_in_slots(kind);
      const Call result = slot();
      call_void_slots();
      faulty().throw_in_slots(0);
      EXPECT_EQ(result.status, kind == 3 ? BW_RESOURCE_EXHAUSTED : BW_INTERNAL) << name;
      EXPECT_EQ(result.error.find("canary"), std::string::npos) << name;
    }
  }
  EXPECT_EQ(call(faulty().table, client_.get(), spec_of(BW_REST, R"({"path": "/answer"})")).status, BW_OK);
}

// AddressSanitizer takes the stack that a cancelled thread has left for one in use.
#ifndef __SANITIZE_ADDRESS__

// Cancelled inside the slot, each thread comes out of it and ends at its own next cancellation point.
TEST_F(Fault, OfACancelledThreadWaitsUntilTheSlotIsDone) {
  const std::uint64_t op = client_.start(BW_REST, R"({"path": "/wait"})");
  for (const auto& [name, slot] : every_slot(client_.get(), op, connection_)) {
    struct Run {
      const std::function<Call()>* slot;
      bool came_out = false;
    } run{&slot};
    const auto body = [](void* data) -> void* {
      auto* mine = static_cast<Run*>(data);
      (*mine->slot)();
      mine->came_out = true;
      pthread_testcancel();
      return nullptr;
    };
    faulty().throw_in_slots(4);
    pthread_t thread{};
    pthread_create(&thread, nullptr, body, &run);
    void* result = nullptr;
    pthread_join(thread, &result);
    faulty().throw_in_slots(0);
    EXPECT_TRUE(run.came_out) << name;
    EXPECT_EQ(result, PTHREAD_CANCELED) << name;
  }
}

#endif

TEST_F(Fault, WithoutMemoryGivesAStatusInEverySlotAtEveryAllocation) {
  const std::uint64_t op = client_.start(BW_REST, R"({"path": "/wait"})");
  for (const auto& [name, slot] : every_slot(client_.get(), op, connection_)) {
    const bw_status without_fault = slot().status;
    int failures = 0;
    for (std::int64_t n = 0; n < 5'000; ++n) {
      faulty().fail_after(n);
      const Call result = slot();
      faulty().fail_after(-1);
      if (faulty().failed() == 0) break;
      ++failures;
      EXPECT_TRUE(result.status == BW_RESOURCE_EXHAUSTED || result.status == without_fault ||
                  result.status == BW_INTERNAL)
          << name << " at allocation " << n << " said " << result.status << result.error;
    }
    RecordProperty(name + "_failures", failures);
  }
  EXPECT_EQ(call(faulty().table, client_.get(), spec_of(BW_REST, R"({"path": "/answer"})")).status, BW_OK);
}

// The loop's thread runs out of memory somewhere between the start and the answer.
TEST_F(Fault, WithoutMemoryStillEndsEveryOperationOnce) {
  int accepted = 0;
  for (std::int64_t n = 0; n < 400; ++n) {
    const bw_op_spec spec = spec_of(BW_REST, R"({"path": "/answer", "query": {"a": [1, 2]}})", 2'000);
    std::uint64_t op = 0;
    faulty().fail_after(n);
    const bw_status started = faulty().table.op_start(client_.get(), &spec, &op, nullptr);
    if (started != BW_OK) {
      faulty().fail_after(-1);
      EXPECT_EQ(started, BW_RESOURCE_EXHAUSTED) << n;
      continue;
    }
    ++accepted;
    bw_event done{};
    EXPECT_NO_THROW(done = client_.wait_done(op, 20'000)) << "at allocation " << n;
    faulty().fail_after(-1);
    EXPECT_NE(done.status, BW_DEADLINE_EXCEEDED)
        << "the operation was lost until its time ran out, at allocation " << n;
    const Outcome result = take(faulty().table, client_.get(), op);
    EXPECT_EQ(result.status, done.status);
    if (faulty().failed() == 0) break;
  }
  EXPECT_GT(accepted, 0);
  EXPECT_EQ(call(faulty().table, client_.get(), spec_of(BW_REST, R"({"path": "/answer"})")).status, BW_OK);
}

TEST_F(Fault, WithoutMemoryForTheOutcomeTakeMayBeRepeated) {
  const std::uint64_t op = client_.start(BW_REST, R"({"path": "/x"})");
  const std::uint64_t wrong = client_.start(BW_REST, R"({"path": 1})");
  client_.wait_done(wrong);
  Outcome result;
  for (std::int64_t n = 0; n < 50; ++n) {
    faulty().fail_after(n);
    result = take(faulty().table, client_.get(), wrong);
    faulty().fail_after(-1);
    if (faulty().failed() == 0 || result.status == BW_INVALID_ARGUMENT) break;
    EXPECT_EQ(result.status, BW_RESOURCE_EXHAUSTED);
    EXPECT_NE(result.error.find("\"OUT_OF_MEMORY\""), std::string::npos) << result.error;
  }
  EXPECT_EQ(result.status, BW_INVALID_ARGUMENT) << result.error;
  EXPECT_EQ(faulty().table.op_drop(client_.get(), op), BW_OK);
}

TEST_F(Fault, WithoutMemoryClosesAClient) {
  for (std::int64_t n = 0; n < 60; ++n) {
    Client client(faulty().table, connection_);
    for (int i = 0; i < 5; ++i) client.start(BW_REST, R"({"path": "/wait"})");
    faulty().fail_after(n);
    client.close();
    faulty().fail_after(-1);
    if (faulty().failed() == 0) break;
  }
  EXPECT_EQ(call(faulty().table, client_.get(), spec_of(BW_REST, R"({"path": "/answer"})")).status, BW_OK);
}

}  // namespace
}  // namespace brickwork::abi_test
