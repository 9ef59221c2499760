#include "local/execution/python_runtime.h"

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <stdexcept>

#include "local/execution/runtime_files.h"

extern char** environ;

namespace brickwork::local {
namespace {

namespace fs = std::filesystem;

fs::path write_runtime(const fs::path& directory) {
  fs::remove_all(directory);  // nothing of an older version may be imported
  for (const RuntimeFile& file : runtime_files()) {
    const fs::path target = directory / file.name;
    fs::create_directories(target.parent_path());
    std::ofstream out(target, std::ios::binary);
    out << file.content;
    if (!out.flush()) throw std::runtime_error("cannot write " + target.string());
  }
  return directory / "start.py";
}

std::string quoted(const std::string& text) {
  std::string safe = "'";
  for (const char c : text) safe += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return safe + "'";
}

// `python3` is often a script that chooses a version, pyenv's for one, and takes longer than Python itself to start.
std::string real_interpreter(const std::string& wanted) {
  const std::string command = quoted(wanted) + " -c 'import sys; print(sys.executable)' 2>/dev/null";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "re"), pclose);
  std::string found;
  std::array<char, 256> buffer{};
  while (pipe && fgets(buffer.data(), buffer.size(), pipe.get()) != nullptr) found += buffer.data();
  while (!found.empty() && found.back() == '\n') found.pop_back();
  return found.empty() ? wanted : found;
}

bool belongs_to_the_server(const std::string& name) {
  for (const char* prefix : {"DATABRICKS_", "BRICKWORK_", "ARM_", "AWS_SECRET", "PYSPARK_", "PYTHONHOME", "PYTHONPATH",
                             "PYTHONSTARTUP", "SPARK_CONNECT", "SPARK_REMOTE"})
    if (name.starts_with(prefix) && name != "BRICKWORK_JARS") return true;
  return false;
}

}  // namespace

PythonRuntime::PythonRuntime(const fs::path& state_dir, const std::string& wanted)
    : start_file_(write_runtime(state_dir / "runtime")),
      interpreter_(std::async(std::launch::async, real_interpreter, wanted.empty() ? "python3" : wanted)) {}

std::vector<std::string> PythonRuntime::command(const std::string& role) {
  return {interpreter_.get(), start_file_.string(), role};
}

std::map<std::string, std::string> PythonRuntime::environment() {
  std::map<std::string, std::string> kept;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || belongs_to_the_server(text.substr(0, equals))) continue;
    kept[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return kept;
}

}  // namespace brickwork::local
