#include "local/execution/init_scripts.h"

#include <algorithm>
#include <boost/json/array.hpp>

#include "local/api_error.h"
#include "local/execution/log_file.h"

namespace brickwork::local {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::size_t kShownOutput = 1000;

std::string without(const std::string& path, const std::string& prefix) {
  return path.starts_with(prefix) ? path.substr(prefix.size()) : path;
}

// Below `root`, whatever ".." the path holds.
fs::path below(const fs::path& root, const std::string& path) {
  return root / fs::path("/" + path).lexically_normal().relative_path();
}

}  // namespace

void InitScripts::run(const json::array& scripts, Done done) {
  done_ = std::move(done);
  for (const json::value& script : scripts)
    if (script.is_object()) waiting_.push_back(script.get_object());
  std::reverse(waiting_.begin(), waiting_.end());
  next();
}

void InitScripts::end(std::chrono::milliseconds grace) {
  waiting_.clear();
  if (process_) process_->terminate(grace);
}

fs::path InitScripts::file_of(const json::object& script, std::string& error) const {
  const std::string kind = script.empty() ? "" : std::string(script.begin()->key());
  const json::value* destination = script.empty() || !script.begin()->value().is_object()
                                       ? nullptr
                                       : script.begin()->value().get_object().if_contains("destination");
  const std::string path =
      destination != nullptr && destination->is_string() ? std::string(destination->get_string()) : "";
  fs::path file;
  if (kind == "workspace") {
    file = below(context_.workspace.state_dir / "workspace", without(path, "/Workspace"));
  } else if (kind == "volumes") {
    file = below(context_.workspace.state_dir / "volumes", without(without(path, "dbfs:"), "/Volumes"));
  } else if (kind == "dbfs") {
    file = below(context_.workspace.state_dir / "dbfs", without(path, "dbfs:"));
  } else if (kind == "file") {
    file = without(path, "file:");
  } else {
    error = "init_scripts from " + kind + " are not supported by brickwork-local";
    return {};
  }
  if (!fs::is_regular_file(file)) error = "the init script " + path + " does not exist";
  return file;
}

void InitScripts::next() {
  if (waiting_.empty()) return std::exchange(done_, nullptr)("");
  const json::object script = std::move(waiting_.back());
  waiting_.pop_back();
  std::string error;
  const fs::path file = file_of(script, error);
  if (!error.empty()) return std::exchange(done_, nullptr)(error);

  fs::create_directories(directory_);
  const fs::path log = directory_ / "init_scripts.log";
  Process::Callbacks callbacks;
  callbacks.on_exit = [self = shared_from_this(), file, log](const ProcessExit& exit) {
    self->process_.reset();
    if (exit.code == 0 && exit.signal == 0 && !exit.lost) return self->next();
    std::exchange(self->done_, nullptr)("the init script " + file.filename().string() + " ended with " + exit.text() +
                                        "\n" + log_tail(log, kShownOutput).text);
  };
  try {
    process_ = Process::start(
        context_.loop,
        {.command = {"bash", file.string()}, .environment = environment_, .directory = directory_, .log_file = log},
        std::move(callbacks));
  } catch (const std::exception& fault) {
    std::exchange(done_, nullptr)(fault.what());
  }
}

}  // namespace brickwork::local
