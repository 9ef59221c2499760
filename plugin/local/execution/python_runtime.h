#pragma once

#include <filesystem>
#include <future>
#include <map>
#include <string>
#include <vector>

namespace brickwork::local {

// The interpreter that runs the tasks and the files that it runs first.
class PythonRuntime {
 public:
  // Writes the runtime below the state directory and begins to look for the interpreter: `wanted`, or python3.
  PythonRuntime(const std::filesystem::path& state_dir, const std::string& wanted);

  // "python start.py <role>". Waits for the look-up, which takes some tens of milliseconds, the first time.
  std::vector<std::string> command(const std::string& role);

  // The environment that processes begin with: the server's own without what is the server's alone.
  static std::map<std::string, std::string> environment();

 private:
  std::filesystem::path start_file_;
  std::shared_future<std::string> interpreter_;
};

}  // namespace brickwork::local
