#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include "auth/resolve.h"
#include "boundary/mailbox.h"
#include "boundary/session.h"
#include "engine/curl_loop.h"

namespace brickwork::boundary {

// One workspace as one user, as the host holds it. Any thread.
class Client {
 public:
  static Result<std::unique_ptr<Client>> open(const bw_open& open);
  // Cancels what runs and waits until the loop's thread has let go of it. A client of another process only gives its
  // descriptors back: cleaning up would write into the parent's connections.
  static void close(std::unique_ptr<Client> client) noexcept;

  bool forked() const;
  Mailbox& mailbox() { return mailbox_; }

  Status set_secret(const char* name, const char* value, std::size_t size, std::int64_t expires_at_ms);
  // *op is written before anybody can see an event of it.
  Status start(const bw_op_spec& spec, std::uint64_t* op);
  bw_status call(const bw_op_spec& spec, bw_bytes* json, bw_error** error);
  Status cancel(Mailbox::Id id);
  Status drop(Mailbox::Id id);

 private:
  // An operation on its way to the loop's thread.
  struct Order {
    const Verb* verb;
    Instant deadline;
    boost::json::object request;
  };

  struct Closing;

  explicit Client(Mailbox::HostLog log);

  Status configure(boost::json::object connection);
  Result<Order> prepare(const bw_op_spec& spec) const;
  Instant deadline(const Verb& verb, const boost::json::object& request, std::int64_t timeout_ms) const;
  void hand_over(Mailbox::Id id, Order order);
  void begin(Mailbox::Id id, Order& order) noexcept;
  CurlLoop& loop();
  CurlLoop* loop_if_joined();

  const std::uint64_t generation_;
  Mailbox mailbox_;
  std::shared_ptr<SecretStore> secrets_;
  Resolved connection_;
  std::int64_t operation_ms_ = 0;  // 0: each verb's own
  std::int64_t poll_ms_ = 0;       // 0: the library's own

  std::mutex loop_mutex_;
  CurlLoop* loop_ = nullptr;          // joined by the first operation
  std::unique_ptr<Session> session_;  // the loop's thread only
};

// Runs a verb that needs no client, here and now. Nothing when the verb needs one or does not exist. The answer lives
// in `memory`, as all that led to it: given back at once, and not value by value.
std::optional<Result<boost::json::object>> call_pure(const bw_op_spec& spec, boost::json::monotonic_resource& memory);

}  // namespace brickwork::boundary

// The C name of it.
struct bw_client {
  std::unique_ptr<brickwork::boundary::Client> client;
};
