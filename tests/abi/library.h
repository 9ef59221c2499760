#pragma once

#include <dlfcn.h>
#include <poll.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "brickwork/plugin.h"

namespace brickwork::abi_test {

// The library as a host finds it: by its file, through its one symbol.
class Library {
 public:
  explicit Library(const char* path = BRICKWORK_LIBRARY) : handle_(dlopen(path, RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) throw std::runtime_error(dlerror());
    entry_ = reinterpret_cast<const bw_api* (*)(std::uint32_t)>(dlsym(handle_, "bw_plugin_api"));
    if (entry_ == nullptr) throw std::runtime_error(dlerror());
  }
  ~Library() {
    if (handle_ != nullptr) dlclose(handle_);
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  const bw_api* table(std::uint32_t major = BW_ABI_MAJOR) const { return entry_(major); }
  void* symbol(const char* name) const { return dlsym(handle_, name); }

 private:
  void* handle_;
  const bw_api* (*entry_)(std::uint32_t);
};

inline const bw_api& api() {
  static const auto* library = new Library;
  return *library->table();
}

// What a slot left behind: status, response and error, the latter two already copied and freed.
struct Outcome {
  bw_status status = BW_OK;
  std::string json;
  std::string error;    // error_json
  std::string message;  // error_message
};

inline std::string copy_of(const bw_text& text) { return std::string(text.data, text.size); }

inline Outcome outcome(const bw_api& table, bw_status status, bw_bytes& bytes, bw_error* error) {
  Outcome result{status, {}, {}, {}};
  if (bytes.data != nullptr) result.json.assign(bytes.data, bytes.size);
  table.bytes_free(&bytes);
  bw_text text{};
  table.error_json(error, &text);
  result.error = copy_of(text);
  table.error_message(error, &text);
  result.message = copy_of(text);
  table.error_free(error);
  return result;
}

inline bw_text text_of(std::string_view text) { return {text.data(), text.size()}; }

inline bw_op_spec spec_of(std::uint32_t verb, std::string_view body, std::int64_t timeout_ms = 0,
                          std::uint64_t tag = 0) {
  bw_op_spec spec{};
  spec.struct_size = sizeof spec;
  spec.verb = verb;
  spec.tag = tag;
  spec.timeout_ms = timeout_ms;
  spec.body = text_of(body);
  return spec;
}

inline Outcome call(const bw_api& table, bw_client* client, const bw_op_spec& spec) {
  bw_bytes bytes{};
  bw_error* error = nullptr;
  const bw_status status = table.call(client, &spec, &bytes, &error);
  return outcome(table, status, bytes, error);
}

inline Outcome take(const bw_api& table, bw_client* client, std::uint64_t op) {
  bw_bytes bytes{};
  bw_error* error = nullptr;
  const bw_status status = table.op_take(client, op, &bytes, &error);
  return outcome(table, status, bytes, error);
}

// A client that is closed at its end. The connection sees no environment, so that a developer's login is never used.
class Client {
 public:
  Client(const bw_api& table, std::string_view connection) : table_(table) {
    bw_open open{};
    open.struct_size = sizeof open;
    open.config = text_of(connection);
    open_with(open);
  }
  Client(const bw_api& table, const bw_open& open) : table_(table) { open_with(open); }
  ~Client() { close(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bw_client* get() const { return client_; }
  void close() {
    table_.client_close(client_);
    client_ = nullptr;
  }
  bw_client* release() {
    bw_client* client = client_;
    client_ = nullptr;
    return client;
  }

  int fd() const {
    std::int32_t fd = -1;
    table_.client_event_fd(client_, &fd);
    return fd;
  }

  std::uint64_t start(std::uint32_t verb, std::string_view body, std::int64_t timeout_ms = 0,
                      std::uint64_t tag = 0) const {
    const bw_op_spec spec = spec_of(verb, body, timeout_ms, tag);
    std::uint64_t op = 0;
    bw_error* error = nullptr;
    const bw_status status = table_.op_start(client_, &spec, &op, &error);
    bw_bytes none{};
    if (status != BW_OK) throw std::runtime_error(outcome(table_, status, none, error).error);
    return op;
  }

  // Every event that waits now.
  std::vector<bw_event> drain(std::size_t at_most = 256) const {
    std::vector<bw_event> events(at_most);
    std::size_t count = 0;
    const bw_status status = table_.events_drain(client_, events.data(), sizeof(bw_event), at_most, &count);
    if (status != BW_OK) throw std::runtime_error(table_.status_name(status));
    events.resize(count);
    return events;
  }

  // The DONE of `op`, with everything that came before it thrown away.
  bw_event wait_done(std::uint64_t op, std::int64_t timeout_ms = 30'000) const {
    while (table_.events_wait(client_, timeout_ms) == BW_OK)
      for (const bw_event& event : drain())
        if (event.op == op && event.kind == BW_EV_DONE) return event;
    throw std::runtime_error("no DONE in time");
  }

 private:
  void open_with(const bw_open& open) {
    bw_error* error = nullptr;
    const bw_status status = table_.client_open(&open, &client_, &error);
    bw_bytes none{};
    if (status != BW_OK) throw std::runtime_error(outcome(table_, status, none, error).error);
    if (table_.client_set_secret(client_, "token", "dapi-test", 9, 0, nullptr) != BW_OK)
      throw std::runtime_error("the token was refused");
  }

  const bw_api& table_;
  bw_client* client_ = nullptr;
};

inline std::string connection_to(const std::string& url) {
  return R"({"host": ")" + url +
         R"(", "environment": false, "rate": {"requests_per_second": 1000000}, "retry": {"max_attempts": 1}})";
}

}  // namespace brickwork::abi_test
