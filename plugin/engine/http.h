#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/proxy.h"

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
  std::string ca_file;  // PEM, and then the only ones trusted; empty: where distributions keep theirs
  bool verify = true;
  std::string client_certificate_file;  // PEM, for servers that ask for one; empty: none
  std::string client_key_file;          // empty: the key lies beside the certificate

  bool operator==(const Tls&) const = default;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  Headers headers;  // may hold a credential: never logged
  std::string body;
  Tls tls;
  Proxies proxies;
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds idle_timeout{120'000};  // a connection that carries nothing for so long is dead
  std::chrono::milliseconds timeout{0};             // of the whole request; 0: as long as the operation has
  // curl quietly sends a request again when a connection it reused turns out to be closed. What must not arrive twice
  // asks for a connection of its own.
  bool fresh_connection = false;
  // Or, for what may break and be looked into: a kept connection, and curl does not send it again. With a body only.
  bool sent_once = false;
  bool can_wait = false;  // leaves connections free for those that cannot
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
  HttpResponse response;      // when answered
  std::string failure;        // otherwise: what broke, in a sentence without headers or body
  bool unknown_host = false;  // nothing has this name, or nobody could say
  bool permanent = false;     // the same request would break the same way: a certificate, an answer over the limit
};

}  // namespace brickwork
