#include "local/execution/init_scripts.h"

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

void InitScripts::plan(const std::vector<GlobalInitScript>& global, const json::array& scripts) {
  for (const GlobalInitScript& script : global)
    if (script.enabled) scripts_.push_back(global_script(script));
  for (const json::value& script : scripts)
    if (script.is_object()) scripts_.push_back(own_script(script.get_object()));
}

InitScripts::Script InitScripts::global_script(const GlobalInitScript& script) const {
  return {.name = "global_" + script.script_id,
          .file = directory_ / ("global_init_script_" + script.script_id),
          .content = script.script,
          .shown = {{"script_id", script.script_id}, {"script_name", script.name}},
          .is_global = true};
}

InitScripts::Script InitScripts::own_script(const json::object& named) const {
  const Destination destination = Destination::of(named);
  const std::optional<fs::path> file = destination.local(context_.workspace.state_dir);
  Script script{.file = file.value_or(fs::path()), .shown = named};
  script.name = script.file.filename().string();
  if (!file)
    script.missing = "init_scripts from " + destination.kind + " are not supported by brickwork-local";
  else if (!fs::is_regular_file(*file))
    script.missing = "the init script " + destination.path + " does not exist";
  return script;
}

json::object InitScripts::described() const {
  json::array global;
  json::array own;
  for (const Script& script : scripts_) (script.is_global ? global : own).push_back(script.shown);
  return {{"init_scripts",
           {{"reported_for_node", "127.0.0.1"}, {"global", std::move(global)}, {"cluster", std::move(own)}}}};
}

void InitScripts::run(Done done) {
  done_ = std::move(done);
  next();
}

void InitScripts::end(std::chrono::milliseconds grace) {
  next_ = scripts_.size();
  if (process_) process_->terminate(grace);
}

void InitScripts::abandon() {
  process_.reset();
  done_ = nullptr;
}

void InitScripts::fail(const std::string& status, const std::string& error) {
  current().shown["status"] = status;
  for (std::size_t later = next_; later < scripts_.size(); ++later) scripts_[later].shown["status"] = "NOT_EXECUTED";
  std::exchange(done_, nullptr)({.error = error, .was_global = current().is_global});
}

void InitScripts::next() {
  if (next_ == scripts_.size()) return std::exchange(done_, nullptr)({});
  ++next_;
  if (!current().missing.empty()) return fail("FAILED_FETCH", current().missing);
  try {
    start();
  } catch (const std::exception& fault) {
    fail("FAILED_EXECUTION", fault.what());
  }
}

void InitScripts::start() {
  fs::create_directories(directory_);
  for (const char* stream : {"stdout", "stderr"}) fs::remove(directory_ / (std::string("init_script.") + stream));
  if (current().is_global) {
    std::ofstream out(current().file, std::ios::binary);
    out << current().content;
    if (!out.flush()) throw std::runtime_error("cannot write " + current().file.filename().string());
  }
  started_at_ = now_ms();
  Process::Callbacks callbacks;
  callbacks.on_exit = [self = shared_from_this()](const ProcessExit& exit) {
    self->process_.reset();
    self->ended(exit);
  };
  // The outer bash tells the two streams apart; the words are its arguments and no part of what it reads.
  process_ = Process::start(
      context_.loop,
      {.command = {"bash", "-c", R"(exec bash "$0" >init_script.stdout 2>init_script.stderr)", current().file.string()},
       .environment = environment_,
       .directory = directory_,
       .log_file = directory_ / "init_scripts.log"},
      std::move(callbacks));
}

void InitScripts::ended(const ProcessExit& exit) {
  const std::string name = current().name;
  std::string error;
  if (exit.code != 0 || exit.signal != 0 || exit.lost)
    error = "the init script " + name + " ended with " + exit.text() + "\n" + printed("stdout", kShownOutput) +
            printed("stderr", kShownOutput);
  try {
    keep_logs(name);
  } catch (const std::exception& fault) {
    if (error.empty()) error = "the log of the init script " + name + " could not be written: " + fault.what();
  }
  current().shown["execution_duration_seconds"] = (now_ms() - started_at_) / 1000;
  if (!error.empty()) return fail("FAILED_EXECUTION", error);
  current().shown["status"] = "SUCCEEDED";
  next();
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
  const std::string start =
      std::to_string(started_at_) + "_" + std::to_string(scripts_.size() - next_) + "_" + name + ".";
  for (const char* stream : {"stdout", "stderr"}) {
    std::ofstream out(logs_ / (start + stream + ".log"), std::ios::binary);
    out << printed(stream, kKeptOutput);
    if (!out.flush()) throw std::runtime_error("cannot write to " + logs_.filename().string());
  }
}

}  // namespace brickwork::local
