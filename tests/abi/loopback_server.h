#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace brickwork::abi_test {

// The other end of a connection, on loopback: just enough HTTP for one answer at a time on each connection.
//   /answer   200 with a small document
//   /wait     no answer until release() or the end
//   /break    the connection is closed without an answer
class LoopbackServer {
 public:
  LoopbackServer();
  ~LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int requests() const { return requests_; }
  std::size_t connections() const;
  std::string last_request() const;
  void release();
  void join_finished();  // the threads of connections that are over

 private:
  void accept_all();
  void serve(int fd);
  bool answer(int fd, const std::string& request);

  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> requests_{0};
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool released_ = false;
  bool stopping_ = false;
  std::map<int, std::thread> open_;    // the thread of each connection
  std::vector<std::thread> finished_;  // to be joined
  std::string last_request_;
  std::thread acceptor_;
};

}  // namespace brickwork::abi_test
