#include "local/execution/init_scripts.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <fstream>

#include "local/execution/destination.h"
#include "local/execution/log_file.h"

namespace brickwork::local {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::size_t kShownOutput = 1000;
constexpr std::size_t kKeptOutput = 5'000'000;

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
  for (const char* stream : {"stdout", "stderr"}) fs::remove(directory_ / (std::string("init_script.") + stream));
  started_at_ = now_ms();
  Process::Callbacks callbacks;
  callbacks.on_exit = [self = shared_from_this(), name = file.filename().string()](const ProcessExit& exit) {
    self->process_.reset();
    self->ended(name, exit);
  };
  try {
    // The outer bash tells the two streams apart; the words are its arguments and no part of what it reads.
    process_ = Process::start(
        context_.loop,
        {.command = {"bash", "-c", R"(exec bash "$0" >init_script.stdout 2>init_script.stderr)", file.string()},
         .environment = environment_,
         .directory = directory_,
         .log_file = directory_ / "init_scripts.log"},
        std::move(callbacks));
  } catch (const std::exception& fault) {
    std::exchange(done_, nullptr)(fault.what());
  }
}

void InitScripts::ended(const std::string& name, const ProcessExit& exit) {
  std::string error;
  if (exit.code != 0 || exit.signal != 0 || exit.lost)
    error = "the init script " + name + " ended with " + exit.text() + "\n" + printed("stdout", kShownOutput) +
            printed("stderr", kShownOutput);
  try {
    keep_logs(name);
  } catch (const std::exception& fault) {
    if (error.empty()) error = "the log of the init script " + name + " could not be written: " + fault.what();
  }
  if (error.empty()) return next();
  std::exchange(done_, nullptr)(error);
}

std::string InitScripts::printed(const std::string& stream, std::size_t limit) const {
  std::string text = log_tail(directory_ / ("init_script." + stream), limit).text;
  for (const std::string& secret : secrets_) redact(text, secret);
  return text;
}

// <destination>/<cluster-id>/init_scripts/<cluster-id>_<address>/<time>_<number>_<script>.<stream>.log
void InitScripts::keep_logs(const std::string& name) const {
  if (logs_.empty()) return;
  fs::create_directories(logs_);
  const std::string start = std::to_string(started_at_) + "_" + std::to_string(waiting_.size()) + "_" + name + ".";
  for (const char* stream : {"stdout", "stderr"}) {
    std::ofstream out(logs_ / (start + stream + ".log"), std::ios::binary);
    out << printed(stream, kKeptOutput);
    if (!out.flush()) throw std::runtime_error("cannot write to " + logs_.filename().string());
  }
}

}  // namespace brickwork::local
