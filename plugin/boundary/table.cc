#include "boundary/table.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstddef>

#include "boundary/build_info.h"
#include "boundary/bytes.h"
#include "boundary/client.h"
#include "boundary/guard.h"
#include "boundary/size_rule.h"

namespace brickwork::boundary {
namespace {

// Sizes in 1.0: what the smallest host sends. They stay when the structs grow.
constexpr std::size_t kOpenSize = offsetof(bw_open, log_data) + sizeof(void*);
constexpr std::size_t kSpecSize = offsetof(bw_op_spec, body) + sizeof(bw_text);
constexpr std::size_t kEventSize = offsetof(bw_event, at_ms) + sizeof(std::int64_t);

Status null_argument(const char* name) {
  return failure(Code::kInvalidArgument, std::string(name) + " is NULL; the library writes through it");
}

// The generation is looked at before any lock of the client is: in a child it may be held by a thread that is not
// there.
Status usable(const bw_client* client) {
  if (client == nullptr) return failure(Code::kInvalidArgument, "client is NULL");
  if (client->client->forked()) {
    return failure(Code::kForked, "this client belongs to the process that forked this one; open another one here");
  }
  return Status();
}

template <class Body>
bw_status with_client(bw_client* client, bw_error** error, Body&& body) noexcept {
  return guard(error, [&]() -> bw_status {
    if (const Status status = usable(client); !status.ok()) return report(status, error);
    return report(body(*client->client), error);
  });
}

void slot_build_info(bw_text* json) noexcept {
  guard(nullptr, [&] {
    if (json != nullptr) build_info(json);
    return Status();
  });
}

const char* slot_status_name(bw_status status) noexcept {
  const char* name = "UNKNOWN_STATUS";
  guard(nullptr, [&] {
    name = status_name(status);
    return Status();
  });
  return name;
}

bw_status slot_error_status(const bw_error* error) noexcept {
  bw_status status = BW_INTERNAL;
  guard(nullptr, [&] {
    status = error_status(error);
    return Status();
  });
  return status;
}

void slot_error_message(const bw_error* error, bw_text* message) noexcept {
  guard(nullptr, [&] {
    error_message(error, message);
    return Status();
  });
}

void slot_error_json(const bw_error* error, bw_text* json) noexcept {
  guard(nullptr, [&] {
    error_json(error, json);
    return Status();
  });
}

void slot_error_free(bw_error* error) noexcept {
  guard(nullptr, [&] {
    free_error(error);
    return Status();
  });
}

void slot_bytes_free(bw_bytes* bytes) noexcept {
  guard(nullptr, [&] {
    free_bytes(bytes);
    return Status();
  });
}

bw_status slot_client_open(const bw_open* open, bw_client** client, bw_error** error) noexcept {
  return guard(error, [&]() -> Status {
    if (client == nullptr) return null_argument("client");
    bw_open known;
    if (Status status = copy_struct(&known, kOpenSize, open, "bw_open"); !status.ok()) return status;
    auto handle = std::make_unique<bw_client>();
    Result<std::unique_ptr<Client>> opened = Client::open(known);
    if (!opened.ok()) return opened.status();
    handle->client = std::move(opened.value());
    *client = handle.release();
    return Status();
  });
}

bw_status slot_client_set_secret(bw_client* client, const char* name, const char* value, std::size_t size,
                                 std::int64_t expires_at_ms, bw_error** error) noexcept {
  return with_client(client, error, [&](Client& self) { return self.set_secret(name, value, size, expires_at_ms); });
}

bw_status slot_client_event_fd(bw_client* client, std::int32_t* fd) noexcept {
  return with_client(client, nullptr, [&](Client& self) -> Status {
    if (fd == nullptr) return null_argument("fd");
    *fd = self.mailbox().event_fd();
    return Status();
  });
}

void slot_client_close(bw_client* client) noexcept {
  guard(nullptr, [&] {
    if (client == nullptr) return Status();
    Client::close(std::move(client->client));
    delete client;
    return Status();
  });
}

bw_status slot_op_start(bw_client* client, const bw_op_spec* spec, std::uint64_t* op, bw_error** error) noexcept {
  return with_client(client, error, [&](Client& self) -> Status {
    if (op == nullptr) return null_argument("op");
    bw_op_spec known;
    if (Status status = copy_struct(&known, kSpecSize, spec, "bw_op_spec"); !status.ok()) return status;
    return self.start(known, op);
  });
}

bw_status slot_op_cancel(bw_client* client, std::uint64_t op) noexcept {
  return with_client(client, nullptr, [&](Client& self) { return self.cancel(op); });
}

bw_status slot_op_peek(bw_client* client, std::uint64_t op, bw_bytes* json) noexcept {
  return with_client(client, nullptr, [&](Client& self) -> Status {
    if (json == nullptr) return null_argument("json");
    return self.mailbox().peek(op, json);
  });
}

bw_status slot_op_take(bw_client* client, std::uint64_t op, bw_bytes* json, bw_error** error) noexcept {
  return with_client(client, error, [&](Client& self) -> bw_status {
    if (json == nullptr) return report(null_argument("json"), error);
    return self.mailbox().take(op, json, error);
  });
}

bw_status slot_op_drop(bw_client* client, std::uint64_t op) noexcept {
  return with_client(client, nullptr, [&](Client& self) { return self.drop(op); });
}

// What a document takes as values, with the answer that is made of it: in one piece, which the process keeps for the
// next call where many small ones would be given back to the system and asked for again.
constexpr std::size_t kMemoryPerByte = 6;
constexpr std::size_t kLeastMemory = 1024;
constexpr std::size_t kMostMemory = 16u << 20;  // beyond this it grows as it is used

bw_status slot_call(bw_client* client, const bw_op_spec* spec, bw_bytes* json, bw_error** error) noexcept {
  return guard(error, [&]() -> bw_status {
    if (json == nullptr) return report(null_argument("json"), error);
    bw_op_spec known;
    if (Status status = copy_struct(&known, kSpecSize, spec, "bw_op_spec"); !status.ok()) return report(status, error);
    // Before the client is looked at: pure verbs work without one, and with one of another process.
    boost::json::monotonic_resource memory(std::min(kMemoryPerByte * known.body.size + kLeastMemory, kMostMemory));
    if (std::optional<Result<boost::json::object>> answer = call_pure(known, memory)) {
      if (answer->ok()) give(answer->value(), 2 * known.body.size, json);
      return report(answer->status(), error);
    }
    if (Status status = usable(client); !status.ok()) return report(status, error);
    return client->client->call(known, json, error);
  });
}

bw_status slot_events_drain(bw_client* client, bw_event* events, std::size_t stride, std::size_t cap,
                            std::size_t* count) noexcept {
  return with_client(client, nullptr, [&](Client& self) -> Status {
    if (count == nullptr || (events == nullptr && cap > 0)) return null_argument("events or count");
    if (stride < kEventSize || stride % 8 != 0) {
      return failure(Code::kInvalidArgument, "stride must be sizeof(bw_event)");
    }
    *count = self.mailbox().drain(events, stride, cap);
    return Status();
  });
}

// The pipe is readable exactly while events wait, so waiting for it needs no lock and wakes every waiter.
bw_status slot_events_wait(bw_client* client, std::int64_t timeout_ms) noexcept {
  return with_client(client, nullptr, [&](Client& self) -> Status {
    const Instant start = std::chrono::steady_clock::now();
    while (true) {
      std::int64_t left = -1;
      if (timeout_ms >= 0) {
        const auto passed = std::chrono::steady_clock::now() - start;
        left = std::max<std::int64_t>(0, timeout_ms - std::chrono::floor<milliseconds>(passed).count());
      }
      pollfd waiting{self.mailbox().event_fd(), POLLIN, 0};
      const int ready = poll(&waiting, 1, static_cast<int>(std::min<std::int64_t>(left, INT_MAX)));
      if (ready > 0) return Status();
      if (ready < 0 && errno != EINTR) return failure(Code::kInternal, "the event descriptor cannot be polled");
      if (ready == 0 && left <= INT_MAX) return failure(Code::kDeadlineExceeded, "no event came in time");
    }
  });
}

bw_status slot_log_take(bw_client* client, bw_bytes* lines) noexcept {
  return with_client(client, nullptr, [&](Client& self) -> Status {
    if (lines == nullptr) return null_argument("lines");
    return self.mailbox().take_log(lines);
  });
}

constexpr bw_api kTable = {
    .struct_size = sizeof(bw_api),
    .abi_major = BW_ABI_MAJOR,
    .abi_minor = BW_ABI_MINOR,
    .build_info = slot_build_info,
    .status_name = slot_status_name,
    .error_status = slot_error_status,
    .error_message = slot_error_message,
    .error_json = slot_error_json,
    .error_free = slot_error_free,
    .bytes_free = slot_bytes_free,
    .client_open = slot_client_open,
    .client_set_secret = slot_client_set_secret,
    .client_event_fd = slot_client_event_fd,
    .client_close = slot_client_close,
    .op_start = slot_op_start,
    .op_cancel = slot_op_cancel,
    .op_peek = slot_op_peek,
    .op_take = slot_op_take,
    .op_drop = slot_op_drop,
    .call = slot_call,
    .events_drain = slot_events_drain,
    .events_wait = slot_events_wait,
    .log_take = slot_log_take,
};

}  // namespace

const bw_api& table() noexcept { return kTable; }

}  // namespace brickwork::boundary
