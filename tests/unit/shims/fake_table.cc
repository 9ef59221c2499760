#include "fake_table.h"

#include <algorithm>
#include <cstring>

struct bw_client {};
struct bw_error {
  bw_status status;
};

namespace brickwork::fake {
namespace {

bw_text text(const std::string& from) { return {from.data(), from.size()}; }

bw_status fail(bw_status status, bw_error** error) {
  if (error != nullptr) {
    *error = new bw_error{status};
    ++script().errors_alive;
  }
  return status;
}

bw_bytes bytes(const std::string& from) {
  auto* copy = new std::string(from);
  ++script().buffers_alive;
  return {copy->data(), copy->size(), copy};
}

void build_info(bw_text* json) {
  static const std::string kInfo = R"({"version": "0.0.0"})";
  *json = text(kInfo);
}
const char* status_name(bw_status status) { return status == BW_NOT_FOUND ? "NOT_FOUND" : "UNKNOWN_STATUS"; }
bw_status error_status(const bw_error* error) { return error == nullptr ? BW_OK : error->status; }
void error_message(const bw_error*, bw_text* message) { *message = text(script().error_message); }
void error_json(const bw_error*, bw_text* json) { *json = text(script().error_json); }
void error_free(bw_error* error) {
  if (error != nullptr) --script().errors_alive;
  delete error;
}
void bytes_free(bw_bytes* freed) {
  if (freed->owner != nullptr) --script().buffers_alive;
  delete static_cast<std::string*>(freed->owner);
  *freed = {};
}

bw_status client_open(const bw_open* open, bw_client** client, bw_error** error) {
  if (script().open_status != BW_OK) return fail(script().open_status, error);
  script().config.assign(open->config.data == nullptr ? "" : open->config.data, open->config.size);
  *client = new bw_client;
  ++script().clients_open;
  return BW_OK;
}
bw_status client_set_secret(bw_client*, const char*, const char*, std::size_t, std::int64_t, bw_error**) {
  return BW_OK;
}
bw_status client_event_fd(bw_client*, std::int32_t* fd) {
  *fd = 7;
  return BW_OK;
}
void client_close(bw_client* client) {
  --script().clients_open;
  delete client;
}

void note(const bw_op_spec& spec) {
  script().verb = spec.verb;
  script().timeout_ms = spec.timeout_ms;
  script().body.assign(spec.body.data, spec.body.size);
}
bw_status op_start(bw_client*, const bw_op_spec* spec, std::uint64_t* op, bw_error**) {
  static std::uint64_t last = 0;
  note(*spec);
  *op = ++last;
  return BW_OK;
}
bw_status op_cancel(bw_client*, std::uint64_t) { return BW_OK; }
bw_status op_peek(bw_client*, std::uint64_t, bw_bytes* json) {
  if (script().answer.empty()) return BW_PENDING;
  *json = bytes(script().answer);
  return BW_OK;
}
bw_status op_take(bw_client*, std::uint64_t, bw_bytes* json, bw_error** error) {
  if (script().take_status == BW_PENDING) return BW_PENDING;
  if (script().take_status != BW_OK) return fail(script().take_status, error);
  *json = bytes(script().answer);
  return BW_OK;
}
bw_status op_drop(bw_client*, std::uint64_t) {
  ++script().operations_dropped;
  return BW_OK;
}
bw_status call(bw_client*, const bw_op_spec* spec, bw_bytes* json, bw_error** error) {
  note(*spec);
  return op_take(nullptr, 0, json, error);
}
bw_status events_drain(bw_client*, bw_event* events, std::size_t, std::size_t cap, std::size_t* count) {
  std::vector<bw_event>& waiting = script().events;
  *count = std::min(cap, waiting.size());
  std::copy_n(waiting.begin(), *count, events);
  waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(*count));
  return BW_OK;
}
bw_status events_wait(bw_client*, std::int64_t) { return script().events.empty() ? BW_DEADLINE_EXCEEDED : BW_OK; }
bw_status log_take(bw_client*, bw_bytes* lines) {
  *lines = bytes("1 3 a line\n");
  return BW_OK;
}

constexpr bw_api kTable{sizeof(bw_api),
                        1,
                        0,
                        build_info,
                        status_name,
                        error_status,
                        error_message,
                        error_json,
                        error_free,
                        bytes_free,
                        client_open,
                        client_set_secret,
                        client_event_fd,
                        client_close,
                        op_start,
                        op_cancel,
                        op_peek,
                        op_take,
                        op_drop,
                        call,
                        events_drain,
                        events_wait,
                        log_take};

}  // namespace

Script& script() {
  static Script* one = new Script;
  return *one;
}

const bw_api& table() { return kTable; }

}  // namespace brickwork::fake
