#pragma once

#include <string>
#include <vector>

#include "engine/context.h"

namespace brickwork {

// A program that a login asks. Started without a shell, with exactly these arguments and variables, nothing on its
// standard input and none of the host's descriptors.
struct Command {
  std::string path;  // absolute
  std::vector<std::string> arguments;
  std::vector<std::string> environment;  // "NAME=value"
  milliseconds timeout{30'000};
  std::size_t most_output = 1 << 20;  // of standard output and of standard error, each
};

struct CommandResult {
  std::string output;
  std::string errors;   // what it wrote to standard error, at most 4 KiB
  int exit_status = 0;  // 128 + the signal's number when one ended it; -1: nobody knows, since the host took it
};

// Waits for its end without holding up the loop. UNAVAILABLE when it cannot be started, DEADLINE_EXCEEDED when it takes
// too long, RESOURCE_EXHAUSTED when it says too much: in each of these cases it and its children have been killed.
Task<Result<CommandResult>> run_command(Context& context, Command command);

// The file that a shell would start for `name`; empty when there is none. Where `path` is empty, the system's places.
std::string find_program(const std::string& name, const std::string& path);

}  // namespace brickwork
