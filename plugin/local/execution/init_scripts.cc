#include "local/execution/init_scripts.h"

#include <algorithm>
#include <boost/json/array.hpp>

#include "local/execution/destination.h"
#include "local/execution/log_file.h"

namespace brickwork::local {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::size_t kShownOutput = 1000;

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

void InitScripts::abandon() {
  process_.reset();
  done_ = nullptr;
}

fs::path InitScripts::file_of(const json::object& script, std::string& error) const {
  const Destination destination = Destination::of(script);
  const std::optional<fs::path> file = destination.local(context_.workspace.state_dir);
  if (!file)
    error = "init_scripts from " + destination.kind + " are not supported by brickwork-local";
  else if (!fs::is_regular_file(*file))
    error = "the init script " + destination.path + " does not exist";
  return file.value_or(fs::path());
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
