#include "local/server.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <chrono>
#include <utility>

#include "local/api_error.h"
#include "local/gzip.h"
#include "local/http_text.h"
#include "local/request_limits.h"

namespace brickwork::local {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using PlainStream = beast::tcp_stream;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

constexpr std::uint64_t kBodyLimit = 64u << 20;
constexpr std::uint32_t kHeaderLimit = 64u << 10;
constexpr std::size_t kReadSize = 4096;
constexpr auto kIdleLimit = std::chrono::seconds(300);
// A body may take longer than a header, but not for ever: each open connection holds memory.
constexpr int kBodyFactor = 10;
constexpr int kHandlerThreads = 8;

// What all connections share.
struct Site {
  const Router& router;
  FaultRules* faults;
  std::function<std::optional<Response>(Request&)> refusal;
  std::chrono::seconds header_seconds;
  std::optional<RequestLimits> limits;
  asio::io_context loop{1};
  asio::thread_pool handlers{kHandlerThreads};
};

Request to_request(const http::request<http::string_body>& message) {
  Request request;
  request.method = std::string(message.method_string());
  parse_target({message.target().data(), message.target().size()}, request);
  for (const auto& field : message)
    request.headers[lower_case({field.name_string().data(), field.name_string().size()})] = std::string(field.value());
  request.body = message.body();
  request.request_id = new_request_id();
  return request;
}

Response answer(const Site& site, Request& request) {
  if (!site.router.is_public(request.method, request.path)) {
    if (auto refused = site.refusal(request)) return std::move(*refused);
  }
  return site.router.handle(request);
}

Response injected(const Fault& fault, const Request& request) {
  const std::string_view code = fault.error_code.empty() ? error_code_for(fault.status) : fault.error_code;
  Response response = error_response(fault.status, code, fault.message, request.request_id);
  if (fault.body) response.body = *fault.body;
  response.content_type = fault.content_type;
  if (fault.retry_after) response.headers.emplace_back("Retry-After", *fault.retry_after);
  return response;
}

// What two readers could take for two different requests: a proxy before us might go by the one field and we by the
// other. Lengths and encodings that contradict each other are refused by the parser.
bool is_ambiguous(const http::request<http::string_body>& message) {
  for (const http::field name : {http::field::host, http::field::authorization, http::field::cookie})
    if (message.count(name) > 1) return true;
  // The parser takes every encoding that it does not know for none, and the body for the next request.
  const auto encoding = message.find(http::field::transfer_encoding);
  return encoding != message.end() && !beast::iequals(encoding->value(), "chunked");
}

PlainStream& socket_of(PlainStream& stream) { return stream; }
PlainStream& socket_of(TlsStream& stream) { return stream.next_layer(); }

// One connection: reads a request, has it answered on the pool, writes the answer, and again.
template <class Stream>
class Session : public std::enable_shared_from_this<Session<Stream>> {
 public:
  Session(Site& site, Stream stream) : site_(site), stream_(std::move(stream)), pause_(site.loop) {}

  void start() {
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      socket_of(stream_).expires_after(std::chrono::seconds(30));
      stream_.async_handshake(asio::ssl::stream_base::server,
                              [self = this->shared_from_this()](beast::error_code error) {
                                if (!error) self->read_header();
                              });
    } else {
      read_header();
    }
  }

 private:
  // A quiet connection may stay; one that has begun a request has to end it.
  void read_header() {
    parser_.emplace();
    parser_->body_limit(kBodyLimit);
    parser_->header_limit(kHeaderLimit);
    if (buffer_.size() > 0) return read_rest_of_header();
    socket_of(stream_).expires_after(kIdleLimit);
    stream_.async_read_some(buffer_.prepare(kReadSize),
                            [self = this->shared_from_this()](beast::error_code error, std::size_t size) {
                              if (error) return self->close();
                              self->buffer_.commit(size);
                              self->read_rest_of_header();
                            });
  }

  void read_rest_of_header() {
    socket_of(stream_).expires_after(site_.header_seconds);
    http::async_read_header(stream_, buffer_, *parser_,
                            [self = this->shared_from_this()](beast::error_code error, std::size_t) {
                              if (error) return self->refuse_or_close(error);
                              if (beast::iequals(self->parser_->get()[http::field::expect], "100-continue"))
                                self->write_continue();
                              else
                                self->read_body();
                            });
  }

  void write_continue() {
    continue_ = http::response<http::empty_body>(http::status::continue_, 11);
    http::async_write(stream_, continue_, [self = this->shared_from_this()](beast::error_code error, std::size_t) {
      if (!error) self->read_body();
    });
  }

  void read_body() {
    socket_of(stream_).expires_after(site_.header_seconds * kBodyFactor);
    http::async_read(stream_, buffer_, *parser_,
                     [self = this->shared_from_this()](beast::error_code error, std::size_t) {
                       if (error) return self->refuse_or_close(error);
                       self->handle();
                     });
  }

  void refuse_or_close(beast::error_code error) {
    const bool too_large = error == http::error::body_limit;
    const bool is_bad = error.category() == beast::error_code(http::error::bad_method).category();
    if (!too_large && (!is_bad || error == http::error::end_of_stream || error == http::error::partial_message))
      return close();
    keep_alive_ = false;
    is_head_ = false;
    write(too_large ? error_response(413, "REQUEST_TOO_LARGE", "The request body is larger than 64 MB.", "")
                    : error_response(400, "MALFORMED_REQUEST", error.message(), ""));
  }

  void handle() {
    keep_alive_ = parser_->get().keep_alive();
    is_head_ = parser_->get().method() == http::verb::head;
    request_ = to_request(parser_->get());
    if (is_ambiguous(parser_->get()) || request_.path.find('\0') != std::string::npos) {
      keep_alive_ = false;
      return write(error_response(400, "MALFORMED_REQUEST", "The request's header is ambiguous.", request_.request_id));
    }
    if (site_.limits)
      if (auto refused = site_.limits->refusal(request_)) return write(std::move(*refused));
    try {
      fault_ = site_.faults == nullptr ? std::nullopt : site_.faults->next(request_);
    } catch (const ApiError& error) {
      return write(error_response(error.http_status(), error.error_code(), error.what(), request_.request_id));
    }
    if (fault_ && fault_->kind == Fault::Kind::kResetBefore) return reset();
    if (fault_ && fault_->kind == Fault::Kind::kStatus) return write(injected(*fault_, request_));
    socket_of(stream_).expires_never();
    asio::post(site_.handlers, [self = this->shared_from_this()] {
      Response response = answer(self->site_, self->request_);
      compress_for(self->request_, response);
      asio::post(self->site_.loop,
                 [self, response = std::move(response)]() mutable { self->deliver(std::move(response)); });
    });
  }

  void deliver(Response response) {
    if (!fault_) return write(std::move(response));
    if (fault_->kind == Fault::Kind::kResetAfter) return reset();
    if (fault_->kind == Fault::Kind::kStall) return stall();
    if (fault_->kind == Fault::Kind::kDelay) {
      pause_.expires_after(std::chrono::milliseconds(fault_->delay_ms));
      return pause_.async_wait([self = this->shared_from_this(), response = std::move(response)](
                                   beast::error_code) mutable { self->write(std::move(response)); });
    }
    slow_bytes_ = head_text(response) + response.body;
    if (fault_->kind == Fault::Kind::kTruncate)
      slow_bytes_.resize(slow_bytes_.size() - response.body.size() +
                         std::min<std::size_t>(fault_->bytes, response.body.size()));
    write_slowly(0);
  }

  std::string head_text(const Response& response) const {
    std::string head = "HTTP/1.1 " + std::to_string(response.status) +
                       " Injected\r\nContent-Type: " + response.content_type +
                       "\r\nContent-Length: " + std::to_string(response.body.size()) +
                       "\r\nConnection: close\r\nx-request-id: " + request_.request_id + "\r\n";
    for (const auto& [name, value] : response.headers) head.append(name).append(": ").append(value).append("\r\n");
    return head + "\r\n";
  }

  // Until the client gives up.
  void stall() {
    socket_of(stream_).socket().async_wait(tcp::socket::wait_read,
                                           [self = this->shared_from_this()](beast::error_code) { self->close(); });
  }

  // A tenth of a second's worth at a time.
  void write_slowly(std::size_t from) {
    if (from >= slow_bytes_.size()) return close();
    const std::size_t rate =
        fault_->kind == Fault::Kind::kSlow ? fault_->bytes_per_second / 10 + 1 : slow_bytes_.size();
    const std::size_t size = std::min(rate, slow_bytes_.size() - from);
    asio::async_write(stream_, asio::buffer(slow_bytes_.data() + from, size),
                      [self = this->shared_from_this(), next = from + size](beast::error_code error, std::size_t) {
                        if (error) return;
                        self->pause_.expires_after(std::chrono::milliseconds(100));
                        self->pause_.async_wait([self, next](beast::error_code) { self->write_slowly(next); });
                      });
  }

  void write(Response response) {
    response_ = http::response<http::string_body>(static_cast<http::status>(response.status), 11);
    response_.set(http::field::server, "brickwork-local");
    response_.set(http::field::content_type, response.content_type);
    if (!request_.request_id.empty()) response_.set("x-request-id", request_.request_id);
    for (const auto& [name, value] : response.headers) response_.set(name, value);
    response_.keep_alive(keep_alive_);
    if (!is_head_) response_.body() = std::move(response.body);
    if (is_head_)
      response_.content_length(response.body.size());
    else if (response.status != 204)
      response_.prepare_payload();
    socket_of(stream_).expires_after(kIdleLimit);
    http::async_write(stream_, response_, [self = this->shared_from_this()](beast::error_code error, std::size_t) {
      if (error) return;
      if (self->keep_alive_)
        self->read_header();
      else
        self->close();
    });
  }

  void close() {
    beast::error_code ignored;
    socket_of(stream_).socket().shutdown(tcp::socket::shutdown_both, ignored);
    socket_of(stream_).close();
  }

  // No FIN: the peer sees ECONNRESET, as from a machine that was lost.
  void reset() {
    beast::error_code ignored;
    socket_of(stream_).socket().set_option(asio::socket_base::linger(true, 0), ignored);
    socket_of(stream_).close();
  }

  Site& site_;
  Stream stream_;
  asio::steady_timer pause_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::empty_body> continue_;
  http::response<http::string_body> response_;
  Request request_;
  std::optional<Fault> fault_;
  std::string slow_bytes_;
  bool keep_alive_ = true;
  bool is_head_ = false;
};

// Tokens in clear text belong on no wire, and whoever can send a request with one may run code here.
asio::ip::address address_to_bind(const ServerOptions& options) {
  beast::error_code error;
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
    signals_.async_wait([this](beast::error_code error, int) {
      if (!error) stop();
    });
    accept();
    site_.loop.run();
    site_.handlers.join();
  }

  void stop() { site_.loop.stop(); }

 private:
  void accept() {
    acceptor_.async_accept([this](beast::error_code error, tcp::socket socket) {
      if (error) return accept_later();
      close_on_exec(socket.native_handle());
      socket.set_option(tcp::no_delay(true), error);
      if (tls_)
        std::make_shared<Session<TlsStream>>(site_, TlsStream(std::move(socket), *tls_))->start();
      else
        std::make_shared<Session<PlainStream>>(site_, PlainStream(std::move(socket)))->start();
      accept();
    });
  }

  // Out of descriptors, most likely: asking again at once would only burn the processor until one is free.
  void accept_later() {
    pause_.expires_after(std::chrono::milliseconds(50));
    pause_.async_wait([this](beast::error_code error) {
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
