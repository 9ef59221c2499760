#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "local/faults.h"
#include "local/router.h"

namespace brickwork::local {

struct ServerOptions {
  std::string bind = "127.0.0.1";
  std::uint16_t port = 0;  // 0 picks a free one
  std::string tls_certificate_file;
  std::string tls_key_file;
  bool allow_insecure = false;              // plain HTTP also on addresses that other machines reach
  std::chrono::seconds header_seconds{30};  // from the first byte of a request to the end of its header
  bool databricks_limits = false;           // as many requests a second as a real workspace grants
  // Decides who sends a request that is not public: fills its caller, or answers with the refusal. Called from any
  // thread of the pool.
  std::function<std::optional<Response>(Request&)> refusal;
};

// HTTP/1.1, with TLS when a certificate is given. Connections live on one thread, handlers on a pool beside it, so a
// slow handler keeps nobody from being read.
class Server {
 public:
  // Listens at once: clients may connect from here on and are served from run() on. `faults` may be null.
  Server(const Router& router, FaultRules* faults, ServerOptions options);
  ~Server();

  std::uint16_t port() const;
  std::string url() const;
  // Has a request answered as if it had come over a connection: its token is looked at, and then its route.
  Response answer(Request& request) const;
  void run();   // until stop(), SIGINT or SIGTERM
  void stop();  // from any thread

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace brickwork::local
