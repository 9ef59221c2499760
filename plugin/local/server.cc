#include "local/server.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "local/connection.h"

namespace brickwork::local {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

// Tokens in clear text belong on no wire, and whoever can send a request with one may run code here.
asio::ip::address address_to_bind(const ServerOptions& options) {
  error_code error;
  asio::ip::address address = asio::ip::make_address(options.bind == "localhost" ? "127.0.0.1" : options.bind, error);
  if (error) throw std::runtime_error("--bind takes an IP address, not " + options.bind);
  if (!address.is_loopback() && options.tls_certificate_file.empty() && !options.allow_insecure)
    throw std::runtime_error("other machines could reach " + options.bind +
                             " and read its tokens: give --tls CERT KEY, bind to 127.0.0.1, or, where the network is "
                             "only yours, say --insecure");
  return address;
}

// A process that a task started and that outlives the server must keep neither its port nor its peers' connections.
void close_on_exec(int descriptor) { fcntl(descriptor, F_SETFD, FD_CLOEXEC); }

}  // namespace

class Server::Impl {
 public:
  Impl(const Router& router, FaultRules* faults, ServerOptions options)
      : site_{.router = router,
              .faults = faults,
              .refusal = options.refusal,
              .header_seconds = options.header_seconds,
              .limits = options.databricks_limits ? std::make_optional<RequestLimits>() : std::nullopt},
        acceptor_(site_.loop),
        signals_(site_.loop, SIGINT, SIGTERM) {
    const tcp::endpoint endpoint(address_to_bind(options), options.port);
    acceptor_.open(endpoint.protocol());
    close_on_exec(acceptor_.native_handle());
    acceptor_.set_option(asio::socket_base::reuse_address(true));
    acceptor_.bind(endpoint);
    acceptor_.listen(1024);
    host_ = options.bind == "0.0.0.0" ? "127.0.0.1" : options.bind;
    if (options.tls_certificate_file.empty()) return;
    tls_.emplace(asio::ssl::context::tls_server);
    tls_->use_certificate_chain_file(options.tls_certificate_file);
    tls_->use_private_key_file(options.tls_key_file, asio::ssl::context::pem);
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  std::string url() const { return (tls_ ? "https://" : "http://") + host_ + ":" + std::to_string(port()); }

  Response answer(Request& request) const { return local::answer(site_, request); }

  void run() {
    signals_.async_wait([this](error_code error, int) {
      if (!error) stop();
    });
    accept();
    site_.loop.run();
    site_.handlers.join();
  }

  void stop() { site_.loop.stop(); }

 private:
  void accept() {
    acceptor_.async_accept([this](error_code error, tcp::socket socket) {
      if (error) return accept_later();
      close_on_exec(socket.native_handle());
      socket.set_option(tcp::no_delay(true), error);
      serve(site_, std::move(socket), tls_ ? &*tls_ : nullptr);
      accept();
    });
  }

  // Out of descriptors, most likely: asking again at once would only burn the processor until one is free.
  void accept_later() {
    pause_.expires_after(std::chrono::milliseconds(50));
    pause_.async_wait([this](error_code error) {
      if (!error) accept();
    });
  }

  Site site_;
  std::optional<asio::ssl::context> tls_;
  tcp::acceptor acceptor_;
  asio::steady_timer pause_{site_.loop};
  asio::signal_set signals_;
  std::string host_;
};

Server::Server(const Router& router, FaultRules* faults, ServerOptions options)
    : impl_(std::make_unique<Impl>(router, faults, std::move(options))) {}
Server::~Server() = default;
std::uint16_t Server::port() const { return impl_->port(); }
std::string Server::url() const { return impl_->url(); }
Response Server::answer(Request& request) const { return impl_->answer(request); }
void Server::run() { impl_->run(); }
void Server::stop() { impl_->stop(); }

}  // namespace brickwork::local
