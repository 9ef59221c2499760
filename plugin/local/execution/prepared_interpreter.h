#pragma once

#include <sys/types.h>

#include <boost/asio/io_context.hpp>
#include <boost/json/object.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "local/execution/process.h"

namespace brickwork::local {

// A Python process that has imported what every task needs, and is forked for each one: a notebook then begins in
// milliseconds. It runs nothing of the user's and has one thread, so a fork of it is a clean start. A task that was
// forked has a supervisor of its own, as every other process has, and lives on when the interpreter is let go.
class PreparedInterpreter {
 public:
  // Throws std::system_error when the machine has no process or descriptor left.
  PreparedInterpreter(const ProcessStart& what, const boost::json::object& start);
  PreparedInterpreter(const PreparedInterpreter&) = delete;
  PreparedInterpreter& operator=(const PreparedInterpreter&) = delete;
  ~PreparedInterpreter();

  // Imports pyspark too, while the cluster's JVM starts.
  void prepare_spark();
  // Null when the interpreter has gone, killed by somebody: then a process has to be started as usual.
  std::shared_ptr<Process> fork(boost::asio::io_context& loop, const std::filesystem::path& directory,
                                const std::filesystem::path& log_file, Process::Callbacks callbacks);

 private:
  bool has_ended();
  bool send(const boost::json::object& message, const std::vector<int>& descriptors) const;

  int channel_ = -1;
  pid_t pid_ = 0;
};

}  // namespace brickwork::local
