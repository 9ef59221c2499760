#include "local/connection.h"

#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <utility>

#include "local/api_error.h"
#include "local/fault_answer.h"
#include "local/gzip.h"
#include "local/http_text.h"

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
class Connection : public std::enable_shared_from_this<Connection<Stream>> {
 public:
  Connection(Site& site, Stream stream) : site_(site), stream_(std::move(stream)), pause_(site.loop) {}

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
    if (fault_ && fault_->kind == Fault::Kind::kStatus) return write(injected_response(*fault_, request_.request_id));
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
    slow_bytes_ = injected_bytes(*fault_, response, request_.request_id);
    write_slowly(0);
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
    response_.set(http::field::date, http_date(std::chrono::system_clock::now()));
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

}  // namespace

Response answer(const Site& site, Request& request) {
  if (!site.router.is_public(request.method, request.path)) {
    if (auto refused = site.refusal(request)) return std::move(*refused);
  }
  return site.router.handle(request);
}

void serve(Site& site, tcp::socket socket, asio::ssl::context* tls) {
  if (tls != nullptr)
    std::make_shared<Connection<TlsStream>>(site, TlsStream(std::move(socket), *tls))->start();
  else
    std::make_shared<Connection<PlainStream>>(site, PlainStream(std::move(socket)))->start();
}

}  // namespace brickwork::local
