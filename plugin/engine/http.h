#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace brickwork {

using Headers = std::vector<std::pair<std::string, std::string>>;

// How far an attempt got. The difference matters because Databricks starts a run as soon as it has read the request,
// whether or not its answer finds the way back.
enum class Reached {
  kNotSent,     // name lookup, connect or TLS failed: the server saw nothing
  kMaybeTaken,  // the connection broke after the first byte of the request
  kAnswered,
};

struct Tls {
  std::string ca_file;  // PEM; empty: SSL_CERT_FILE, then where distributions keep it
  bool verify = true;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  Headers headers;  // may hold a credential: never logged
  std::string body;
  Tls tls;
  std::chrono::milliseconds connect_timeout{10'000};
  std::size_t max_response_bytes = 64u << 20;
};

struct HttpResponse {
  int status = 0;
  Headers headers;  // names in lower case
  std::string body;

  std::optional<std::string_view> header(std::string_view lower_case_name) const {
    for (const auto& [name, value] : headers)
      if (name == lower_case_name) return value;
    return std::nullopt;
  }
};

struct Outcome {
  Reached reached = Reached::kAnswered;
  HttpResponse response;  // when answered
  std::string failure;    // otherwise: what broke, in a sentence without headers or body
};

}  // namespace brickwork
