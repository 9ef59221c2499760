#include "abi/loopback_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace brickwork::abi_test {
namespace {

// Header and body of one request, or nothing when the other end has closed.
std::string read_request(int fd, std::string& buffer) {
  while (true) {
    const std::size_t head = buffer.find("\r\n\r\n");
    if (head != std::string::npos) {
      std::size_t length = 0;
      if (const std::size_t at = buffer.find("Content-Length: "); at < head)
        length = std::stoul(buffer.substr(at + 16));
      if (buffer.size() >= head + 4 + length) {
        std::string request = buffer.substr(0, head + 4 + length);
        buffer.erase(0, request.size());
        return request;
      }
    }
    char bytes[16384];
    const ssize_t count = recv(fd, bytes, sizeof bytes, 0);
    if (count <= 0) return {};
    buffer.append(bytes, static_cast<std::size_t>(count));
  }
}

}  // namespace

LoopbackServer::LoopbackServer() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 512) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no socket on loopback");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

LoopbackServer::~LoopbackServer() {
  {
    std::unique_lock lock(mutex_);
    stopping_ = released_ = true;
    for (const auto& [fd, thread] : open_) shutdown(fd, SHUT_RDWR);
    changed_.notify_all();
  }
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_.empty(); });
  }
  join_finished();
  close(listener_);
}

// Counts of threads in the tests hold still only when those that are done are gone.
void LoopbackServer::join_finished() {
  std::vector<std::thread> finished;
  {
    const std::lock_guard lock(mutex_);
    finished.swap(finished_);
  }
  for (std::thread& thread : finished) thread.join();
}

std::size_t LoopbackServer::connections() const {
  const std::lock_guard lock(mutex_);
  return open_.size();
}

std::string LoopbackServer::last_request() const {
  const std::lock_guard lock(mutex_);
  return last_request_;
}

void LoopbackServer::release() {
  const std::lock_guard lock(mutex_);
  released_ = true;
  changed_.notify_all();
}

void LoopbackServer::accept_all() {
  while (true) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    join_finished();
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      close(fd);
      return;
    }
    open_.emplace(fd, std::thread([this, fd] { serve(fd); }));
  }
}

void LoopbackServer::serve(int fd) {
  std::string buffer;
  while (true) {
    const std::string request = read_request(fd, buffer);
    if (request.empty() || !answer(fd, request)) break;
  }
  // Under the lock to the end: afterwards the server may be gone.
  const std::lock_guard lock(mutex_);
  close(fd);
  finished_.push_back(std::move(open_.extract(fd).mapped()));
  changed_.notify_all();
}

bool LoopbackServer::answer(int fd, const std::string& request) {
  ++requests_;
  {
    std::unique_lock lock(mutex_);
    last_request_ = request;
    if (request.find(" /wait") != std::string::npos) changed_.wait(lock, [this] { return released_; });
    if (stopping_) return false;
  }
  if (request.find(" /break") != std::string::npos) return false;
  const std::string body = R"({"answer":42})";
  const std::string response =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
      "\r\n\r\n" + body;
  return send(fd, response.data(), response.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(response.size());
}

}  // namespace brickwork::abi_test
