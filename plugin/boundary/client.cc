#include "boundary/client.h"

#include <condition_variable>
#include <thread>

#include "boundary/bytes.h"
#include "boundary/document.h"
#include "boundary/guard.h"
#include "boundary/process.h"
#include "engine/fork.h"

namespace brickwork::boundary {
namespace {

namespace json = boost::json;

constexpr std::int64_t kDefaultMs = 300'000;
constexpr std::int64_t kLongestMs = std::int64_t{10} * 365 * 24 * 3600 * 1000;  // beyond it the clock would overflow
constexpr std::size_t kLargestSecret = 64u << 10;

std::string_view view(const bw_text& text) {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}

// A duration of the connection: absent and 0 mean the default.
Result<std::int64_t> duration(const json::object& members, std::string_view name, const std::string& pointer) {
  const json::value* value = members.if_contains(name);
  if (value == nullptr) return std::int64_t{0};
  if (!value->is_int64() || value->get_int64() < 0) {
    return failure(Code::kInvalidArgument, std::string(name) + " must be a whole number of milliseconds, 0 or more",
                   pointer);
  }
  return value->get_int64();
}

bool waits_for_a_run(const Verb& verb, const json::object& request) {
  if (verb.waits != Verb::Waits::kWhenAsked) return verb.waits == Verb::Waits::kForARun;
  const json::value* wait = request.if_contains("wait");
  return wait != nullptr && wait->is_bool() && wait->get_bool();
}

Status unknown_verb(std::uint32_t number) {
  return failure(Code::kUnimplemented,
                 "this library has no verb " + std::to_string(number) + "; build_info lists those it has");
}

}  // namespace

Client::Client(Mailbox::HostLog log)
    : generation_(fork_generation()),
      mailbox_(log),
      secrets_(std::make_shared<SecretStore>([this](const std::string&) { mailbox_.want_secret(); })) {}

Result<std::unique_ptr<Client>> Client::open(const bw_open& open) {
  if (open.flags != 0) return failure(Code::kUnimplemented, "bw_open.flags has a bit that this library does not know");
  Result<json::object> connection = parse_document(view(open.config), "the connection");
  if (!connection.ok()) return connection.status();
  std::unique_ptr<Client> client(new Client({open.log, open.log_data}));
  if (Status status = client->mailbox_.open(); !status.ok()) return status;
  if (Status status = client->configure(std::move(connection.value())); !status.ok()) return status;
  return client;
}

Status Client::configure(json::object connection) {
  if (const json::value* timeouts = connection.if_contains("timeouts")) {
    if (!timeouts->is_object()) return failure(Code::kInvalidArgument, "timeouts must be an object", "/timeouts");
    Result<std::int64_t> limit = duration(timeouts->get_object(), "operation_ms", "/timeouts/operation_ms");
    if (!limit.ok()) return limit.status();
    operation_ms_ = limit.value();
  }
  Result<std::int64_t> poll = duration(connection, "poll_ms", "/poll_ms");
  if (!poll.ok()) return poll.status();
  poll_ms_ = poll.value();

  Result<Resolved> resolved = resolve(connection, process_environment(), secrets_);
  if (!resolved.ok()) return resolved.status();
  connection_ = std::move(resolved.value());
  return Status();
}

bool Client::forked() const { return generation_ != fork_generation(); }

// What the closing thread and the loop's share. Functions that hold no more than its address need no memory.
struct Client::Closing {
  Client& client;
  std::mutex mutex = {};
  std::condition_variable changed = {};
  bool closed = false;

  // The session is destroyed from the loop itself, not from under the operation that ended last.
  void last_is_over() noexcept {
    try {
      client.loop_->at(client.loop_->now(), [this] { let_go(); });
    } catch (const std::bad_alloc&) {
      let_go();
    }
  }

  void let_go() noexcept {
    client.session_.reset();
    const std::lock_guard lock(mutex);
    closed = true;
    changed.notify_one();
  }

  void begin() noexcept {
    client.session_ ? client.session_->close([this] { last_is_over(); }) : let_go();
  }

  bool ask() noexcept {
    for (int attempt = 0; attempt < 100; ++attempt) {
      try {
        return client.loop_->post([this] { begin(); });
      } catch (const std::bad_alloc&) {
        std::this_thread::yield();
      }
    }
    return false;
  }

  void wait() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return closed; });
  }
};

void Client::close(std::unique_ptr<Client> client) noexcept {
  if (client->forked()) {
    client->mailbox_.close_fds();
    static_cast<void>(client.release());
    return;
  }
  if (client->loop_if_joined() == nullptr) return;
  Closing closing{*client};
  if (!closing.ask()) {
    // Without memory for the one message, the loop's thread goes on using it.
    static_cast<void>(client.release());
    return;
  }
  closing.wait();
  leave_loop();
}

CurlLoop& Client::loop() {
  const std::lock_guard lock(loop_mutex_);
  if (loop_ == nullptr) loop_ = &join_loop();
  return *loop_;
}

CurlLoop* Client::loop_if_joined() {
  const std::lock_guard lock(loop_mutex_);
  return loop_;
}

Status Client::set_secret(const char* name, const char* value, std::size_t size, std::int64_t expires_at_ms) {
  if (name == nullptr || (value == nullptr && size > 0))
    return failure(Code::kInvalidArgument, "name or value is NULL");
  if (!is_secret(name)) {
    return failure(Code::kInvalidArgument, "no login uses a secret of that name; known: " + secret_names());
  }
  if (size > kLargestSecret) return failure(Code::kInvalidArgument, "a secret has at most 65536 bytes");
  for (const char c : std::string_view(value, size)) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) {
      return failure(Code::kInvalidArgument, "the secret holds a control character, perhaps the end of its line");
    }
  }
  secrets_->set(name, std::string_view(value, size), expires_at_ms);
  if (CurlLoop* loop = loop_if_joined()) loop->post([secrets = secrets_] { secrets->announce(); });
  return Status();
}

Instant Client::deadline(const Verb& verb, const json::object& request, std::int64_t timeout_ms) const {
  if (timeout_ms == 0) timeout_ms = operation_ms_;
  if (timeout_ms == 0) timeout_ms = waits_for_a_run(verb, request) ? -1 : kDefaultMs;
  if (timeout_ms < 0 || timeout_ms > kLongestMs) return Instant::max();
  return std::chrono::steady_clock::now() + milliseconds(timeout_ms);
}

Result<Client::Order> Client::prepare(const bw_op_spec& spec) const {
  const Verb* verb = find_verb(spec.verb);
  if (verb == nullptr) return unknown_verb(spec.verb);
  if (spec.timeout_ms < -1) {
    return failure(Code::kInvalidArgument, "timeout_ms is below -1; 0 is the default, -1 no limit");
  }
  Result<json::object> request = parse_document(view(spec.body), "the request");
  if (!request.ok()) return request.status();
  json::object& members = request.value();
  if (poll_ms_ > 0 && waits_for_a_run(*verb, members) && !members.contains("poll_ms")) members["poll_ms"] = poll_ms_;
  const Instant by = deadline(*verb, members, spec.timeout_ms);
  return Order{verb, by, std::move(members)};
}

void Client::begin(Mailbox::Id id, Order& order) noexcept {
  try {
    if (!session_) session_ = std::make_unique<Session>(*loop_, connection_, mailbox_);
  } catch (...) {
    return mailbox_.complete(id, mailbox_.no_memory(), {});
  }
  session_->begin(id, *order.verb, order.deadline, std::move(order.request));
}

void Client::hand_over(Mailbox::Id id, Order order) {
  const auto shared = std::make_shared<Order>(std::move(order));
  if (!loop().post([this, id, shared] { begin(id, *shared); })) throw std::bad_alloc();
}

Status Client::start(const bw_op_spec& spec, std::uint64_t* op) {
  Result<Order> order = prepare(spec);
  if (!order.ok()) return order.status();
  const Result<Mailbox::Id> id = mailbox_.admit(spec.tag, Mailbox::Events::kYes);
  if (!id.ok()) return id.status();
  const std::uint64_t before = *op;
  *op = id.value();
  try {
    hand_over(id.value(), std::move(order.value()));
  } catch (...) {
    *op = before;
    mailbox_.discard(id.value());
    throw;
  }
  return Status();
}

bw_status Client::call(const bw_op_spec& spec, bw_bytes* json, bw_error** error) {
  Result<Order> order = prepare(spec);
  if (!order.ok()) return report(order.status(), error);
  const Result<Mailbox::Id> id = mailbox_.admit(spec.tag, Mailbox::Events::kNone);
  if (!id.ok()) return report(id.status(), error);
  try {
    hand_over(id.value(), std::move(order.value()));
  } catch (...) {
    mailbox_.discard(id.value());
    throw;
  }
  mailbox_.wait_for(id.value());
  try {
    return mailbox_.take(id.value(), json, error);
  } catch (const std::bad_alloc&) {
    // Not the error that says "try again": the run may have been started.
    mailbox_.discard(id.value());
    if (error != nullptr) *error = lost_outcome_error();
    return BW_RESOURCE_EXHAUSTED;
  }
}

Status Client::cancel(Mailbox::Id id) {
  if (Status status = mailbox_.check(id); !status.ok()) return status;
  loop().post([this, id] {
    if (session_) session_->cancel(id);
  });
  return Status();
}

Status Client::drop(Mailbox::Id id) {
  if (Status status = mailbox_.drop(id); !status.ok()) return status;
  try {
    loop().post([this, id] {
      if (session_) session_->cancel(id);
    });
  } catch (const std::bad_alloc&) {
    // Nobody waits for it any more: it goes on to its own end and is forgotten there.
  }
  return Status();
}

std::optional<Result<json::object>> call_pure(const bw_op_spec& spec, json::monotonic_resource& memory) {
  const Verb* verb = find_verb(spec.verb);
  if (verb == nullptr || verb->pure == nullptr) return std::nullopt;
  Result<json::object> request = parse_document(view(spec.body), "the request", &memory);
  if (!request.ok()) return std::optional<Result<json::object>>(request.status());
  return verb->pure(std::move(request.value()));
}

}  // namespace brickwork::boundary
