#pragma once

#include <string>
#include <vector>

namespace brickwork::local {

struct RuntimeFile {
  std::string name;  // relative to the runtime's directory
  std::string content;
};

// The Python files of plugin/local/runtime, built into the executable.
const std::vector<RuntimeFile>& runtime_files();

}  // namespace brickwork::local
