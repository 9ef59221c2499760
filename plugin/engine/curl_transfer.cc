#include "engine/curl_transfer.h"

#include <openssl/crypto.h>
#include <sys/socket.h>

#include <algorithm>
#include <cctype>
#include <string_view>

#include "engine/fork.h"
#include "engine/wiped_memory.h"

namespace brickwork {
namespace {

// The first option that curl refuses ends the chain, and none is set unchecked.
class Options {
 public:
  explicit Options(CURL* easy) : easy_(easy) {}

  template <class Value>
  Options& set(CURLoption option, Value value) {
    if (result_ == CURLE_OK) result_ = curl_easy_setopt(easy_, option, value);
    return *this;
  }
  CURLcode result() const { return result_; }

 private:
  CURL* easy_;
  CURLcode result_ = CURLE_OK;
};

// libcurl leaves its sockets open over an exec; a program that the host starts must not hold a connection of ours.
curl_socket_t open_socket(void*, curlsocktype, curl_sockaddr* address) {
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// A body that was sent, in part or whole, is not sent again.
int refuse_to_rewind(void*, curl_off_t, int) { return CURL_SEEKFUNC_FAIL; }

bool has_line_break(std::string_view text) { return text.find_first_of(std::string_view("\r\n\0", 3)) != text.npos; }

bool same_name(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

}  // namespace

CurlTransfer::CurlTransfer(Loop::Id id, HttpRequest request, std::function<void(Outcome)> done)
    : id_(id),
      request_(std::move(request)),
      proxy_(proxy_for(request_.url, request_.proxies)),
      done_(std::move(done)) {}

CurlTransfer::~CurlTransfer() {
  if (easy_) {
    const NoFork inside_curl;
    take_back();
  }
  for (auto& [name, value] : request_.headers) OPENSSL_cleanse(value.data(), value.size());
  OPENSSL_cleanse(request_.body.data(), request_.body.size());  // a form with a secret, as logins send it
}

CurlTransfer& CurlTransfer::of(CURL* easy) {
  char* self = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &self);
  return *reinterpret_cast<CurlTransfer*>(self);
}

bool CurlTransfer::begin(CURLM* multi, const std::string& system_ca_file) {
  outcome_.reached = Reached::kNotSent;
  easy_ = curl_easy_init();
  if (!easy_) {
    outcome_.failure = "out of memory";
    return false;
  }
  CURLcode result = set_options(system_ca_file);
  if (result == CURLE_OK && refused_.empty()) {
    if (const CURLMcode added = curl_multi_add_handle(multi, easy_); added == CURLM_OK) {
      multi_ = multi;
      return true;
    }
    result = CURLE_OUT_OF_MEMORY;
  }
  explain(result);
  take_back();
  return false;
}

CURLcode CurlTransfer::set_options(const std::string& system_ca_file) {
  Options options(easy_);
  options.set(CURLOPT_PRIVATE, static_cast<void*>(this))
      .set(CURLOPT_ERRORBUFFER, error_.data())
      .set(CURLOPT_URL, request_.url.c_str())
      .set(CURLOPT_NOSIGNAL, 1L)
      .set(CURLOPT_OPENSOCKETFUNCTION, &open_socket)
#if LIBCURL_VERSION_NUM >= 0x075500
      .set(CURLOPT_PROTOCOLS_STR, "http,https")
#else
      .set(CURLOPT_PROTOCOLS, static_cast<long>(CURLPROTO_HTTP | CURLPROTO_HTTPS))
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
      .set(CURLOPT_QUICK_EXIT, 1L)  // a cancel must not wait for the thread that looks a name up
#endif
      .set(CURLOPT_FOLLOWLOCATION, 0L)
      .set(CURLOPT_PROXY, proxy_.c_str())  // set, too, when empty: curl would ask the environment
      .set(CURLOPT_NOPROXY, "")
      .set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L)
      .set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1))
      .set(CURLOPT_ACCEPT_ENCODING, "")
      .set(CURLOPT_TCP_KEEPALIVE, 1L)
      .set(CURLOPT_FRESH_CONNECT, request_.fresh_connection ? 1L : 0L)
      .set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request_.connect_timeout.count()))
      .set(CURLOPT_TIMEOUT_MS, static_cast<long>(request_.timeout.count()))
      .set(CURLOPT_LOW_SPEED_LIMIT, 1L)
      .set(CURLOPT_LOW_SPEED_TIME, std::max(1L, static_cast<long>(request_.idle_timeout.count() / 1000)))
      .set(CURLOPT_WRITEFUNCTION, &CurlTransfer::on_body)
      .set(CURLOPT_WRITEDATA, static_cast<void*>(this))
      .set(CURLOPT_HEADERFUNCTION, &CurlTransfer::on_header)
      .set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  CURLcode result = options.result();
  if (result == CURLE_OK) result = set_method_and_body();
  if (result == CURLE_OK) result = set_headers();
  if (result == CURLE_OK) result = set_tls(system_ca_file);
  return result;
}

CURLcode CurlTransfer::set_method_and_body() {
  const bool writes = request_.method == "POST" || request_.method == "PUT" || request_.method == "PATCH";
  Options options(easy_);
  if (request_.sent_once && !request_.body.empty()) {
    options.set(CURLOPT_POST, 1L)
        .set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()))
        .set(CURLOPT_READFUNCTION, &CurlTransfer::on_upload)
        .set(CURLOPT_READDATA, static_cast<void*>(this))
        .set(CURLOPT_SEEKFUNCTION, &refuse_to_rewind);
  } else if (writes || !request_.body.empty()) {
    options.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()))
        .set(CURLOPT_POSTFIELDS, request_.body.c_str());
  }
  if (request_.method == "HEAD") {
    options.set(CURLOPT_NOBODY, 1L);
  } else {
    options.set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  }
  return options.result();
}

CURLcode CurlTransfer::set_headers() {
  bool has_content_type = false;
  // Without "Expect:" curl asks for leave before a large body and waits a second for servers that never answer that.
  std::string line = "Expect:";
  const auto append = [this, &line] {
    curl_slist* longer = curl_slist_append(headers_, line.c_str());
    if (longer) headers_ = longer;
    OPENSSL_cleanse(line.data(), line.size());
    return longer != nullptr;
  };
  if (!append()) return CURLE_OUT_OF_MEMORY;
  for (const auto& [name, value] : request_.headers) {
    if (has_line_break(name) || has_line_break(value)) {
      refused_ = "the header " + name.substr(0, name.find_first_of("\r\n")) + " has a line break in it";
      return CURLE_BAD_FUNCTION_ARGUMENT;
    }
    has_content_type |= same_name(name, "content-type");
    line = name;
    line.append(value.empty() ? ";" : ": ").append(value);
    if (!append()) return CURLE_OUT_OF_MEMORY;
  }
  line = "Content-Type:";  // curl would call every body a form
  if (!has_content_type && !append()) return CURLE_OUT_OF_MEMORY;
  return curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_);
}

CURLcode CurlTransfer::set_tls(const std::string& system_ca_file) {
  if (request_.url.rfind("https://", 0) != 0) return CURLE_OK;
  if (const CURLcode code = wipe_plaintext(easy_); code != CURLE_OK) return code;
  Options options(easy_);
  options.set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!request_.tls.client_certificate_file.empty()) {
    const std::string& certificate = request_.tls.client_certificate_file;
    const std::string& key = request_.tls.client_key_file;
    options.set(CURLOPT_SSLCERT, certificate.c_str())
        .set(CURLOPT_SSLKEY, key.empty() ? certificate.c_str() : key.c_str());
  }
  if (!request_.tls.verify) {
    return options.set(CURLOPT_SSL_VERIFYPEER, 0L).set(CURLOPT_SSL_VERIFYHOST, 0L).result();
  }
  const std::string& ca_file = request_.tls.ca_file.empty() ? system_ca_file : request_.tls.ca_file;
  if (ca_file.empty()) {
    refused_ = "this machine has no file of trusted certificates where one is expected; tls.ca_file can name it";
    return CURLE_SSL_CACERT_BADFILE;
  }
  // The directory curl was built with would be trusted beside the file that was asked for.
  options.set(CURLOPT_CAINFO, ca_file.c_str()).set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  if (proxy_.starts_with("https://")) {
    options.set(CURLOPT_PROXY_CAINFO, ca_file.c_str()).set(CURLOPT_PROXY_CAPATH, static_cast<const char*>(nullptr));
  }
  return options.result();
}

void CurlTransfer::end(CURLcode result) {
  long status = 0;
  if (result == CURLE_OK && curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK) {
    outcome_.reached = Reached::kAnswered;
    outcome_.response.status = static_cast<int>(status);
  } else {
    explain(result);
  }
  take_back();
}

void CurlTransfer::take_back() {
  if (multi_) curl_multi_remove_handle(multi_, easy_);
  curl_easy_cleanup(easy_);
  for (curl_slist* line = headers_; line; line = line->next)
    OPENSSL_cleanse(line->data, std::string_view(line->data).size());
  curl_slist_free_all(headers_);
  multi_ = nullptr;
  easy_ = nullptr;
  headers_ = nullptr;
}

std::size_t CurlTransfer::on_upload(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  // Curl begins anew without asking to rewind when it has read the body and sent nothing of it.
  if (transfer.uploaded_ == transfer.request_.body.size()) return CURL_READFUNC_ABORT;
  const std::size_t copied = transfer.request_.body.copy(data, size * count, transfer.uploaded_);
  transfer.uploaded_ += copied;
  return copied;
}

std::size_t CurlTransfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  std::string& body = transfer.outcome_.response.body;
  const std::size_t bytes = size * count;
  try {
    if (body.size() + bytes > transfer.request_.max_response_bytes) {
      transfer.refused_ =
          "the answer is larger than the limit of " + std::to_string(transfer.request_.max_response_bytes) + " bytes";
      return 0;
    }
    body.append(data, bytes);
  } catch (...) {  // no memory: curl takes it from here, an exception must not pass through it
    return 0;
  }
  return bytes;
}

std::size_t CurlTransfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  constexpr std::size_t kMostHeaderBytes = 256u << 10;  // some versions of curl have a limit for each line only
  auto& transfer = *static_cast<CurlTransfer*>(self);
  Headers& headers = transfer.outcome_.response.headers;
  const std::string_view line(data, size * count);
  try {
    transfer.header_bytes_ += line.size();
    if (transfer.header_bytes_ > kMostHeaderBytes) {
      transfer.refused_ = "the headers of the answer have no end";
      return 0;
    }
    if (line.substr(0, 5) == "HTTP/") {  // after "100 Continue" the real ones follow
      headers.clear();
    } else if (const std::size_t colon = line.find(':'); colon != line.npos) {
      std::string name(line.substr(0, colon));
      std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
      headers.emplace_back(std::move(name), trimmed(line.substr(colon + 1)));
    }
  } catch (...) {
    return 0;
  }
  return line.size();
}

}  // namespace brickwork
