#include "local/connection.h"

#include <unistd.h>

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
constexpr std::uint64_t kUploadLimit = 5ull << 30;
// Of a body that is taken or sent in pieces: large enough that the way to a thread of the pool and back costs little.
constexpr std::size_t kPieceSize = 1u << 20;
constexpr std::size_t kUploadReadSize = 64u << 10;  // the most that Beast reads at once
constexpr std::uint32_t kHeaderLimit = 64u << 10;
constexpr std::size_t kReadSize = 4096;
constexpr auto kIdleLimit = std::chrono::seconds(300);
// A body may take longer than a header, but not for ever: each open connection holds memory.
constexpr int kBodyFactor = 10;

// Without the body, which is not there yet.
Request to_request(const http::request_header<>& message) {
  Request request;
  request.method = std::string(message.method_string());
  parse_target({message.target().data(), message.target().size()}, request);
  for (const auto& field : message)
    request.headers[lower_case({field.name_string().data(), field.name_string().size()})] = std::string(field.value());
  request.request_id = new_request_id();
  return request;
}

// What two readers could take for two different requests: a proxy before us might go by the one field and we by the
// other. Lengths and encodings that contradict each other are refused by the parser.
bool is_ambiguous(const http::request_header<>& message) {
  for (const http::field name : {http::field::host, http::field::authorization, http::field::cookie})
    if (message.count(name) > 1) return true;
  // The parser takes every encoding that it does not know for none, and the body for the next request.
  const auto encoding = message.find(http::field::transfer_encoding);
  return encoding != message.end() && !beast::iequals(encoding->value(), "chunked");
}

std::string whole_file(const FileBody& body) {
  std::string text(static_cast<std::size_t>(body.size), '\0');
  const ssize_t size = pread(body.file->descriptor(), text.data(), text.size(), body.offset);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  return text;
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
    parser_->body_limit(kUploadLimit);  // until the header tells what it is
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
                              self->take_header();
                            });
  }

  void take_header() {
    keep_alive_ = parser_->get().keep_alive();
    is_head_ = parser_->get().method() == http::verb::head;
    request_ = to_request(parser_->get());
    is_ambiguous_ = is_ambiguous(parser_->get()) || request_.path.find('\0') != std::string::npos;
    const bool waits = beast::iequals(parser_->get()[http::field::expect], "100-continue");
    if (!is_ambiguous_ && site_.router.takes_upload(request_.method, request_.path)) return begin_upload(waits);
    if (parser_->content_length().value_or(0) > kBodyLimit) return refuse_or_close(http::error::body_limit);
    parser_->body_limit(kBodyLimit);
    if (waits)
      write_continue([self = this->shared_from_this()] { self->read_body(); });
    else
      read_body();
  }

  template <class Next>
  void write_continue(Next next) {
    continue_ = http::response<http::empty_body>(http::status::continue_, 11);
    http::async_write(stream_, continue_,
                      [self = this->shared_from_this(), next](beast::error_code error, std::size_t) {
                        if (!error) next();
                      });
  }

  // Who sends it and whether it may come is settled before the first byte of a large body is kept.
  void begin_upload(bool waits) {
    upload_parser_.emplace(std::move(*parser_));
    piece_.resize(kPieceSize);
    buffer_.reserve(kUploadReadSize);  // the size of a read is what this has room for
    socket_of(stream_).expires_never();
    asio::post(site_.handlers, [self = this->shared_from_this(), waits] {
      self->refused_ = local::begin_upload(self->site_, self->request_, self->upload_);
      asio::post(self->site_.loop, [self, waits] {
        if (waits && self->refused_) {
          self->keep_alive_ = false;  // whether the body still comes is the client's choice
          return self->handle();
        }
        if (waits)
          self->write_continue([self] { self->read_piece(); });
        else
          self->read_piece();
      });
    });
  }

  void read_piece() {
    upload_parser_->get().body() = {piece_.data(), piece_.size(), true};
    socket_of(stream_).expires_after(site_.header_seconds * kBodyFactor);
    http::async_read(stream_, buffer_, *upload_parser_,
                     [self = this->shared_from_this()](beast::error_code error, std::size_t) {
                       if (error == http::error::need_buffer) error = {};
                       if (error) {
                         self->upload_.reset();
                         return self->refuse_or_close(error);
                       }
                       self->write_piece();
                     });
  }

  // What was refused is read to its end and forgotten: a client that is still sending would not hear the answer.
  void write_piece() {
    socket_of(stream_).expires_never();
    asio::post(site_.handlers, [self = this->shared_from_this()] {
      const std::size_t size = self->piece_.size() - self->upload_parser_->get().body().size;
      if (!self->refused_)
        self->refused_ = Router::write_upload(self->request_, *self->upload_, {self->piece_.data(), size});
      if (self->refused_) self->upload_.reset();
      asio::post(self->site_.loop, [self] {
        if (self->upload_parser_->is_done())
          self->handle();
        else
          self->read_piece();
      });
    });
  }

  void read_body() {
    socket_of(stream_).expires_after(site_.header_seconds * kBodyFactor);
    http::async_read(stream_, buffer_, *parser_,
                     [self = this->shared_from_this()](beast::error_code error, std::size_t) {
                       if (error) return self->refuse_or_close(error);
                       self->request_.body = std::move(self->parser_->get().body());
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
    write(too_large
              ? error_response(413, "REQUEST_TOO_LARGE", "The request body is larger than 64 MB, a file than 5 GB.", "")
              : error_response(400, "MALFORMED_REQUEST", error.message(), ""));
  }

  void handle() {
    if (is_ambiguous_) {
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
    asio::post(site_.handlers, [self = this->shared_from_this()] { self->answered(self->answer_now()); });
  }

  // On any thread.
  void answered(Response response) {
    if (const auto later = std::exchange(response.later, nullptr))
      return later([self = this->shared_from_this()](Response known) { self->answered(std::move(known)); });
    compress_for(request_, response);
    asio::post(site_.loop, [self = this->shared_from_this(), response = std::move(response)]() mutable {
      self->deliver(std::move(response));
    });
  }

  Response answer_now() {
    if (refused_) return std::move(*std::exchange(refused_, std::nullopt));
    if (!upload_) return answer(site_, request_);
    Response response = Router::finish_upload(request_, *upload_);
    upload_.reset();
    return response;
  }

  void deliver(Response response) {
    if (!fault_) return write(std::move(response));
    if (response.file && !is_head_) response.body = whole_file(*std::exchange(response.file, std::nullopt));
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
    // An upload that met a fault before its end is not to stay, nor is its buffer.
    upload_.reset();
    upload_parser_.reset();
    refused_.reset();
    piece_ = {};
    response_ = http::response<http::string_body>(static_cast<http::status>(response.status), 11);
    response_.set(http::field::server, "brickwork-local");
    response_.set(http::field::date, http_date(std::chrono::system_clock::now()));
    response_.set(http::field::content_type, response.content_type);
    if (!request_.request_id.empty()) response_.set("x-request-id", request_.request_id);
    for (const auto& [name, value] : response.headers) response_.set(name, value);
    response_.keep_alive(keep_alive_);
    if (!is_head_) response_.body() = std::move(response.body);
    if (response.file) return write_file(*response.file);
    if (is_head_)
      response_.content_length(response.body.size());
    else if (response.status != 204)
      response_.prepare_payload();
    socket_of(stream_).expires_after(kIdleLimit);
    http::async_write(stream_, response_, [self = this->shared_from_this()](beast::error_code error, std::size_t) {
      if (!error) self->go_on();
    });
  }

  void go_on() {
    if (keep_alive_)
      read_header();
    else
      close();
  }

  void write_file(const FileBody& file) {
    response_.body().clear();
    response_.content_length(static_cast<std::uint64_t>(file.size));
    file_ = file;
    if (is_head_) file_.size = 0;
    file_head_.emplace(response_);
    socket_of(stream_).expires_after(kIdleLimit);
    http::async_write_header(stream_, *file_head_,
                             [self = this->shared_from_this()](beast::error_code error, std::size_t) {
                               if (!error) self->write_rest_of_file();
                             });
  }

  void write_rest_of_file() {
    if (file_.size == 0) {
      file_ = {};
      piece_ = {};
      return go_on();
    }
    socket_of(stream_).expires_never();
    asio::post(site_.handlers, [self = this->shared_from_this()] {
      self->piece_.resize(kPieceSize);
      const std::size_t wanted = std::min(kPieceSize, static_cast<std::size_t>(self->file_.size));
      const ssize_t size = pread(self->file_.file->descriptor(), self->piece_.data(), wanted, self->file_.offset);
      asio::post(self->site_.loop, [self, size] { self->write_piece_of_file(size); });
    });
  }

  // A file that became shorter meanwhile: the client sees that its length was not kept.
  void write_piece_of_file(ssize_t size) {
    if (size <= 0) return close();
    file_.offset += size;
    file_.size -= size;
    socket_of(stream_).expires_after(kIdleLimit);
    asio::async_write(stream_, asio::buffer(piece_.data(), static_cast<std::size_t>(size)),
                      [self = this->shared_from_this()](beast::error_code error, std::size_t) {
                        if (!error) self->write_rest_of_file();
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
  std::optional<http::request_parser<http::buffer_body>> upload_parser_;
  std::unique_ptr<Upload> upload_;
  std::optional<Response> refused_;  // what was wrong with the upload
  FileBody file_;
  std::optional<http::response_serializer<http::string_body>> file_head_;
  std::vector<char> piece_;
  Request request_;
  std::optional<Fault> fault_;
  std::string slow_bytes_;
  bool keep_alive_ = true;
  bool is_head_ = false;
  bool is_ambiguous_ = false;
};

}  // namespace

Response answer(const Site& site, Request& request) {
  if (!site.router.is_public(request.method, request.path)) {
    if (auto refused = site.refusal(request)) return std::move(*refused);
  }
  return site.router.handle(request);
}

std::optional<Response> begin_upload(const Site& site, Request& request, std::unique_ptr<Upload>& upload) {
  if (!site.router.is_public(request.method, request.path)) {
    if (auto refused = site.refusal(request)) return refused;
  }
  return site.router.begin_upload(request, upload);
}

void serve(Site& site, tcp::socket socket, asio::ssl::context* tls) {
  if (tls != nullptr)
    std::make_shared<Connection<TlsStream>>(site, TlsStream(std::move(socket), *tls))->start();
  else
    std::make_shared<Connection<PlainStream>>(site, PlainStream(std::move(socket)))->start();
}

}  // namespace brickwork::local
