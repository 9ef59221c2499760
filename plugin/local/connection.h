#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <functional>
#include <optional>

#include "local/faults.h"
#include "local/request_limits.h"
#include "local/router.h"

namespace brickwork::local {

constexpr int kHandlerThreads = 8;

// What all connections share.
struct Site {
  const Router& router;
  FaultRules* faults;
  std::function<std::optional<Response>(Request&)> refusal;
  std::chrono::seconds header_seconds;
  std::optional<RequestLimits> limits;
  boost::asio::io_context loop{1};
  boost::asio::thread_pool handlers{kHandlerThreads};
};

// The caller of the request, and then its route.
Response answer(const Site& site, Request& request);

// The caller of the request, and then the upload of its route; or the refusal.
std::optional<Response> begin_upload(const Site& site, Request& request, std::unique_ptr<Upload>& upload);

// Serves one connection to its end: reads a request, has it answered on the pool, writes the answer, and again. With
// TLS when `tls` is given. The connection lives on the site's loop and keeps itself alive.
void serve(Site& site, boost::asio::ip::tcp::socket socket, boost::asio::ssl::context* tls);

}  // namespace brickwork::local
