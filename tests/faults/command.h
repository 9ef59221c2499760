#pragma once

#include <sys/types.h>

#include <boost/json.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "contract/workspace.h"

namespace brickwork::contract {

// `brickwork` as a process of its own: a host that can be killed.
class Command {
 public:
  Command(const LocalWorkspace& workspace, std::vector<std::string> arguments);
  ~Command();
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  int wait();  // its exit status
  void kill_after(std::chrono::milliseconds delay);

 private:
  pid_t pid_ = -1;
};

// A file with the group in it, for a command line.
std::string write_group(const LocalWorkspace& workspace, const boost::json::object& group);

// To choose the moment of a death; never to wait for something to be done.
void pause(std::chrono::milliseconds delay);

}  // namespace brickwork::contract
