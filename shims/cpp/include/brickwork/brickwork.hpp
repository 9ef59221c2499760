// brickwork.hpp: libbrickwork.so from C++17 and later, in one header over plugin.h and dlopen.
//
//   auto library = brickwork::Library::load();
//   auto client = brickwork::Client::open(library.value(), {R"({"host": "https://..."})"});
//   auto launched = client.value().call(BW_GROUP_LAUNCH, request);
//
// Documents go in and out as JSON text, so that a host keeps the JSON library it already has. Nothing here throws:
// what can fail returns a Result. Asking a failed Result for its value throws brickwork::Failure where exceptions are
// on and ends the process with the message where they are off (-fno-exceptions).
#pragma once

#include <brickwork/plugin.h>
#include <dlfcn.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#if defined(__cpp_exceptions)
#include <stdexcept>
#endif

namespace brickwork {

// Why something failed, as a value of its own: it outlives the library, the client and the operation it came from.
class Error {
 public:
  Error(bw_status status, std::string message, std::string json = {})
      : status_(status), message_(std::move(message)), json_(std::move(json)) {}

  // Copies and frees what a slot handed out. `error` may be null: not every slot explains itself.
  static Error take(const bw_api& api, bw_status status, bw_error* error) {
    if (error == nullptr) return Error(status, api.status_name(status));
    bw_text message{}, json{};
    api.error_message(error, &message);
    api.error_json(error, &json);
    Error taken(status, std::string(message.data, message.size), std::string(json.data, json.size));
    api.error_free(error);
    return taken;
  }

  bw_status status() const { return status_; }
  const std::string& message() const { return message_; }
  // error_code, request_id, pointer, attempts, retry_after_ms, findings; empty when the failure is of this header.
  const std::string& json() const { return json_; }

 private:
  bw_status status_;
  std::string message_;
  std::string json_;
};

#if defined(__cpp_exceptions)
class Failure : public std::runtime_error {
 public:
  explicit Failure(Error error) : std::runtime_error(error.message()), error_(std::move(error)) {}
  const Error& error() const { return error_; }

 private:
  Error error_;
};
#endif

namespace detail {
[[noreturn]] inline void no_value(const Error& error) {
#if defined(__cpp_exceptions)
  throw Failure(error);
#else
  std::fprintf(stderr, "brickwork: the value of a failed result was asked for: %s\n", error.message().c_str());
  std::abort();
#endif
}
}  // namespace detail

// A value or the reason why there is none.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}
  Result(Error error) : state_(std::move(error)) {}

  bool ok() const { return std::holds_alternative<T>(state_); }
  explicit operator bool() const { return ok(); }
  T& value() & {
    if (!ok()) detail::no_value(error());
    return *std::get_if<T>(&state_);
  }
  T&& value() && { return std::move(value()); }
  // Only when !ok().
  const Error& error() const { return *std::get_if<Error>(&state_); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  void value() const {
    if (error_) detail::no_value(*error_);
  }
  const Error& error() const { return *error_; }

 private:
  std::optional<Error> error_;
};

namespace detail {

inline bw_text text(std::string_view view) { return bw_text{view.data(), view.size()}; }

inline std::string take(const bw_api& api, bw_bytes& bytes) {
  std::string copy(bytes.data == nullptr ? "" : bytes.data, bytes.size);
  api.bytes_free(&bytes);
  return copy;
}

inline bw_op_spec spec(std::uint32_t verb, std::string_view body, std::int64_t timeout_ms, std::uint64_t tag = 0) {
  bw_op_spec spec{};
  spec.struct_size = sizeof(spec);
  spec.verb = verb;
  spec.tag = tag;
  spec.timeout_ms = timeout_ms;
  spec.body = text(body);
  return spec;
}

inline Result<std::string> call(const bw_api& api, bw_client* client, std::uint32_t verb, std::string_view request,
                                std::int64_t timeout_ms) {
  const bw_op_spec operation = spec(verb, request, timeout_ms);
  bw_bytes json{};
  bw_error* error = nullptr;
  const bw_status status = api.call(client, &operation, &json, &error);
  if (status != BW_OK) return Error::take(api, status, error);
  return take(api, json);
}

inline std::string library_error(const char* path) {
  const char* reason = dlerror();
  return std::string("cannot load ") + path + ": " + (reason == nullptr ? "unknown reason" : reason);
}

}  // namespace detail

// The loaded library. A copy is a pointer. It is never unloaded: it is linked to stay mapped (-z nodelete), because
// errors and buffers that it handed out may outlive every client.
class Library {
 public:
  // `path` as dlopen takes it: a name is looked up by the loader, a path with a slash is opened as it is.
  static Result<Library> load(const char* path = "libbrickwork.so.1") {
    // RTLD_NOW: a library that does not fit shall say so here and not at the first call.
    void* module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (module == nullptr) return Error(BW_UNAVAILABLE, detail::library_error(path));
    void* symbol = dlsym(module, "bw_plugin_api");
    if (symbol == nullptr) {
      dlclose(module);
      return Error(BW_UNIMPLEMENTED, std::string(path) + " is not a Brickwork library: it has no bw_plugin_api");
    }
    const bw_api* api = reinterpret_cast<decltype(&bw_plugin_api)>(symbol)(BW_ABI_MAJOR);
    if (api == nullptr) {
      return Error(BW_UNIMPLEMENTED, std::string(path) + " does not serve ABI " + std::to_string(BW_ABI_MAJOR) +
                                         "; use the library that came with this program, or a later 1.x");
    }
    return from_table(api);
  }

  // Any table that keeps the contract: a library that the host loaded itself, or a fake in a test.
  static Result<Library> from_table(const bw_api* api) {
    // Up to the last slot of 1.0; whatever came later is asked for with BW_HAS_SLOT before it is used.
    constexpr std::size_t kNeeded = offsetof(bw_api, log_take) + sizeof(void*);
    if (api->abi_major != BW_ABI_MAJOR || api->struct_size < kNeeded) {
      return Error(BW_UNIMPLEMENTED, "the library serves ABI " + std::to_string(api->abi_major) + "." +
                                         std::to_string(api->abi_minor) + " with a table of " +
                                         std::to_string(api->struct_size) + " bytes; this program needs " +
                                         std::to_string(BW_ABI_MAJOR) + ".0 and " + std::to_string(kNeeded));
    }
    return Library(api);
  }

  // The table itself, for BW_HAS_SLOT and for what this header does not wrap.
  const bw_api& api() const { return *api_; }

  // The version, the verbs and their schemas.
  std::string build_info() const {
    bw_text json{};
    api_->build_info(&json);
    return std::string(json.data, json.size);
  }
  std::string status_name(bw_status status) const { return api_->status_name(status); }

  // A pure verb (BW_GROUP_LINT, BW_GROUP_COMPILE, BW_GROUP_IMPORT): no client, no network.
  Result<std::string> call(std::uint32_t verb, std::string_view request) const {
    return detail::call(*api_, nullptr, verb, request, 0);
  }

 private:
  explicit Library(const bw_api* api) : api_(api) {}
  const bw_api* api_;
};

// What to connect to. Zero and empty mean the library's defaults: the environment and .databrickscfg.
struct ClientOptions {
  std::string config = {};                                               // "connection/1"; never a secret
  void (*log)(void*, std::int32_t, const char*, std::size_t) = nullptr;  // rules of bw_open; null: take_log()
  void* log_data = nullptr;
};

class Operation;

// One workspace as one user. Copies share the client; it is closed with the last copy and the last operation.
class Client {
 public:
  static Result<Client> open(const Library& library, const ClientOptions& options = {}) {
    bw_open open{};
    open.struct_size = sizeof(open);
    open.config = detail::text(options.config);
    open.log = options.log;
    open.log_data = options.log_data;
    bw_client* client = nullptr;
    bw_error* error = nullptr;
    const bw_status status = library.api().client_open(&open, &client, &error);
    if (status != BW_OK) return Error::take(library.api(), status, error);
    return Client(library.api(), client);
  }

  // `name` such as "token". The library keeps its own copy, which it wipes; wiping the caller's is the caller's.
  Result<void> set_secret(const char* name, std::string_view value, std::int64_t expires_at_ms = 0) const {
    bw_error* error = nullptr;
    const bw_status status = api().client_set_secret(raw(), name, value.data(), value.size(), expires_at_ms, &error);
    if (status != BW_OK) return Error::take(api(), status, error);
    return {};
  }

  // A verb from start to end, on this thread. timeout_ms: 0 the connection's own limit, -1 none.
  Result<std::string> call(std::uint32_t verb, std::string_view request, std::int64_t timeout_ms = 0) const {
    return detail::call(api(), raw(), verb, request, timeout_ms);
  }

  // A verb beside others. `tag` comes back in each event of the operation.
  Result<Operation> start(std::uint32_t verb, std::string_view request, std::uint64_t tag = 0,
                          std::int64_t timeout_ms = 0) const;

  // Readable while events wait: poll it, never read or close it.
  Result<std::int32_t> event_fd() const {
    std::int32_t fd = -1;
    const bw_status status = api().client_event_fd(raw(), &fd);
    if (status != BW_OK) return Error::take(api(), status, nullptr);
    return fd;
  }

  // All events that wait, oldest first; none when there are none.
  Result<std::vector<bw_event>> drain() const {
    std::vector<bw_event> events;
    bw_event some[64];
    for (std::size_t count = 0;;) {
      const bw_status status = api().events_drain(raw(), some, sizeof(bw_event), 64, &count);
      if (status != BW_OK) return Error::take(api(), status, nullptr);
      if (count == 0) return events;
      events.insert(events.end(), some, some + count);
    }
  }

  // For hosts without a loop: waits for an event and takes none. false when none came in time; -1 waits for ever.
  Result<bool> wait(std::int64_t timeout_ms) const {
    const bw_status status = api().events_wait(raw(), timeout_ms);
    if (status == BW_OK) return true;
    if (status == BW_DEADLINE_EXCEEDED) return false;
    return Error::take(api(), status, nullptr);
  }

  // Lines logged since the last call, when no log function was given.
  Result<std::string> take_log() const {
    bw_bytes lines{};
    const bw_status status = api().log_take(raw(), &lines);
    if (status != BW_OK) return Error::take(api(), status, nullptr);
    return detail::take(api(), lines);
  }

  const bw_api& api() const { return *api_; }
  bw_client* raw() const { return handle_.get(); }

 private:
  Client(const bw_api& api, bw_client* client) : api_(&api), handle_(client, api.client_close) {}
  const bw_api* api_;
  std::shared_ptr<bw_client> handle_;
};

// One verb under way. Its end drops the operation, which stops the waiting and never the run.
class Operation {
 public:
  Operation(Operation&& other) noexcept : client_(std::move(other.client_)), id_(std::exchange(other.id_, 0)) {}
  Operation& operator=(Operation&& other) noexcept {
    std::swap(client_, other.client_);
    std::swap(id_, other.id_);
    return *this;
  }
  ~Operation() {
    if (id_ != 0) client_.api().op_drop(client_.raw(), id_);
  }

  // What bw_event.op holds; 0 once it was taken.
  std::uint64_t id() const { return id_; }

  // Its DONE still comes. Stops the waiting, not the run: that is BW_RUN_CANCEL.
  void cancel() const { client_.api().op_cancel(client_.raw(), id_); }

  // The latest progress document, or nothing while there was none.
  Result<std::optional<std::string>> peek() const {
    bw_bytes json{};
    const bw_status status = client_.api().op_peek(client_.raw(), id_, &json);
    if (status == BW_PENDING) return std::optional<std::string>();
    if (status != BW_OK) return Error::take(client_.api(), status, nullptr);
    return std::optional<std::string>(detail::take(client_.api(), json));
  }

  // The outcome, after its DONE event. BW_PENDING before; the operation stays then.
  Result<std::string> take() {
    bw_bytes json{};
    bw_error* error = nullptr;
    const bw_status status = client_.api().op_take(client_.raw(), id_, &json, &error);
    if (status == BW_OK) {
      id_ = 0;
      return detail::take(client_.api(), json);
    }
    Error taken = Error::take(client_.api(), status, error);
    // With these the operation stays: not finished, another process's, or no memory for its outcome.
    const bool stays =
        status == BW_PENDING || status == BW_FORKED || taken.json().find("\"OUT_OF_MEMORY\"") != std::string::npos;
    if (!stays) id_ = 0;
    return taken;
  }

 private:
  friend class Client;
  Operation(Client client, std::uint64_t id) : client_(std::move(client)), id_(id) {}
  Client client_;
  std::uint64_t id_;
};

inline Result<Operation> Client::start(std::uint32_t verb, std::string_view request, std::uint64_t tag,
                                       std::int64_t timeout_ms) const {
  const bw_op_spec spec = detail::spec(verb, request, timeout_ms, tag);
  std::uint64_t id = 0;
  bw_error* error = nullptr;
  const bw_status status = api().op_start(raw(), &spec, &id, &error);
  if (status != BW_OK) return Error::take(api(), status, error);
  return Operation(*this, id);
}

}  // namespace brickwork
