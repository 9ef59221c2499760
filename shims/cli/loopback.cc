#include "loopback.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>

#include "exit_status.h"

namespace brickwork::cli {
namespace {

constexpr int kFirstPort = 8020;
constexpr int kLastPort = 8040;
constexpr std::size_t kLargestRequest = 16384;

// The first line, or what came of it within two seconds: a browser opens connections that it never uses.
std::string request_line(int connection) {
  std::string text;
  std::array<char, 4096> bytes{};
  while (text.size() < kLargestRequest && text.find("\r\n\r\n") == std::string::npos) {
    pollfd readable{.fd = connection, .events = POLLIN};
    if (poll(&readable, 1, 2000) <= 0) break;
    const ssize_t count = recv(connection, bytes.data(), bytes.size(), 0);
    if (count <= 0) break;
    text.append(bytes.data(), static_cast<std::size_t>(count));
  }
  return text.substr(0, text.find("\r\n"));
}

void answer(int connection, const char* status, const char* text) {
  const std::string body = std::string("<!doctype html><title>Brickwork</title><p>") + text;
  const std::string all = std::string("HTTP/1.1 ") + status +
                          "\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\nContent-Length: " +
                          std::to_string(body.size()) + "\r\n\r\n" + body;
  static_cast<void>(send(connection, all.data(), all.size(), MSG_NOSIGNAL));
}

}  // namespace

LoopbackListener::LoopbackListener() {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (port_ = kFirstPort; listener_ >= 0 && port_ <= kLastPort; ++port_) {
    address.sin_port = htons(static_cast<std::uint16_t>(port_));
    if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 && listen(listener_, 8) == 0)
      return;
  }
  if (listener_ >= 0) close(listener_);
  throw Stop(kUnavailable, "none of the ports 8020 to 8040 of this machine is free for the browser to come back to");
}

LoopbackListener::~LoopbackListener() { close(listener_); }

std::optional<std::string> LoopbackListener::wait(int stop_fd, int timeout_seconds) {
  using Clock = std::chrono::steady_clock;
  const auto until = Clock::now() + std::chrono::seconds(timeout_seconds);
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) return std::nullopt;
    std::array<pollfd, 2> readable{{{.fd = listener_, .events = POLLIN}, {.fd = stop_fd, .events = POLLIN}}};
    if (poll(readable.data(), readable.size(), static_cast<int>(left)) <= 0) continue;
    if (readable[1].revents != 0) return std::nullopt;
    const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    const std::string line = request_line(connection);
    const std::size_t question = line.find('?');
    const bool ours = line.rfind("GET /", 0) == 0 && question != std::string::npos &&
                      (line.find("code=") != std::string::npos || line.find("error=") != std::string::npos);
    ours ? answer(connection, "200 OK", "Thank you. This page can be closed; the terminal says how the login ended.")
         : answer(connection, "404 Not Found", "Nothing here.");
    close(connection);
    if (ours) return line.substr(question, line.find(' ', question) - question);
  }
}

}  // namespace brickwork::cli
