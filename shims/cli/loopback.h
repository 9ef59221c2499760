#pragma once

#include <optional>
#include <string>

namespace brickwork::cli {

// A listener on this machine alone, to which a browser comes back after a login.
class LoopbackListener {
 public:
  // On the first free port of those that Databricks' own programs use, 8020 to 8040; thrown: none is free.
  LoopbackListener();
  ~LoopbackListener();
  LoopbackListener(const LoopbackListener&) = delete;
  LoopbackListener& operator=(const LoopbackListener&) = delete;

  std::string address() const { return "http://localhost:" + std::to_string(port_); }

  // What stands behind the path of the first request that carries `code` or `error`: "?code=...&state=...". Empty when
  // `stop_fd` became readable or the time was over. Other requests, such as for a favicon, are answered and forgotten.
  std::optional<std::string> wait(int stop_fd, int timeout_seconds);

 private:
  int listener_ = -1;
  int port_ = 0;
};

}  // namespace brickwork::cli
