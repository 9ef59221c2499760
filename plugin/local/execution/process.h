#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace brickwork::local {

struct ProcessStart {
  std::vector<std::string> command;  // seen by everybody in ps: no secrets
  std::map<std::string, std::string> environment;
  std::filesystem::path directory;  // where it works
  std::filesystem::path log_file;   // stdout and stderr, in the order of writing
};

struct ProcessExit {
  int code = 0;       // when it ended by itself
  int signal = 0;     // 0, or what killed it
  bool lost = false;  // not even its supervisor could say

  std::string text() const;  // "exit code 7", "signal 9 (SIGKILL)"
};

// A process under a supervisor, with a channel of JSON lines. Everything here, callbacks too, happens on the one thread
// that runs `loop`. When on_exit is called nothing of the process tree is left and no further message will come.
class Process : public std::enable_shared_from_this<Process> {
 public:
  struct Callbacks {
    std::function<void(boost::json::object)> on_message;
    std::function<void(ProcessExit)> on_exit;
  };

  // Throws std::system_error when the machine has no process or descriptor left.
  static std::shared_ptr<Process> start(boost::asio::io_context& loop, const ProcessStart& what, Callbacks callbacks);
  // The same for a process that a prepared interpreter was asked to fork; owns both descriptors.
  static std::shared_ptr<Process> adopt(boost::asio::io_context& loop, int control, int lifeline, Callbacks callbacks);
  virtual ~Process() = default;

  virtual void send(const boost::json::object& message) = 0;
  // SIGTERM to the whole tree, SIGKILL to what is left of it after `grace`.
  virtual void terminate(std::chrono::milliseconds grace) = 0;
};

}  // namespace brickwork::local
