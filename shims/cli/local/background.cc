#include "local/background.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <thread>

#include "documents.h"
#include "exit_status.h"
#include "library_path.h"

namespace brickwork::cli {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto kReadyWithin = 60s;
constexpr auto kEndsWithin = 20s;
constexpr auto kLook = 20ms;

fs::path record_of(const fs::path& state) { return state / "background.json"; }
fs::path output_of(const fs::path& state) { return state / "brickwork-local.out"; }
fs::path log_of(const fs::path& state) { return state / "brickwork-local.log"; }

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// Field 22 of /proc/PID/stat, counted behind the name, which may hold anything. Empty for a process that is gone or
// only waits to be reaped.
std::string start_time(pid_t pid) {
  const std::string stat = content("/proc/" + std::to_string(pid) + "/stat");
  std::size_t at = stat.rfind(')');
  if (at == std::string::npos || at + 2 >= stat.size() || stat[at + 2] == 'Z') return {};
  for (int field = 2; field < 22 && at != std::string::npos; ++field) at = stat.find(' ', at + 1);
  if (at == std::string::npos) return {};
  return stat.substr(at + 1, stat.find(' ', at + 1) - at - 1);
}

bool runs(const Background& background) { return start_time(background.pid) == background.started; }

std::string executable() {
  if (const char* chosen = std::getenv("BRICKWORK_LOCAL"); chosen != nullptr && *chosen != '\0') return chosen;
  const fs::path beside = executable_directory() / "brickwork-local";
  std::error_code error;
  return fs::exists(beside, error) ? beside.string() : "brickwork-local";
}

// In the child: its own session, so that Ctrl-C in this terminal is not meant for it, and files instead of pipes, so
// that it can speak after we are gone.
[[noreturn]] void become(const fs::path& state, const std::vector<std::string>& words) {
  setsid();
  const int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int out = open(output_of(state).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const int log = open(log_of(state).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (in < 0 || out < 0 || log < 0) _exit(126);
  dup2(in, 0);
  dup2(out, 1);
  dup2(log, 2);
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execvp(arguments[0], arguments.data());
  dprintf(2, "cannot run %s: %s\n", arguments[0], std::strerror(errno));
  _exit(127);
}

std::string last_lines(const fs::path& path) {
  std::string text = content(path);
  constexpr std::size_t kEnough = 1000;
  if (text.size() > kEnough) text = "..." + text.substr(text.size() - kEnough);
  return text;
}

Background wait_until_ready(const fs::path& state, pid_t pid) {
  const auto deadline = std::chrono::steady_clock::now() + kReadyWithin;
  while (std::chrono::steady_clock::now() < deadline) {
    const std::string said = content(output_of(state));
    if (const std::size_t end = said.find('\n'); end != std::string::npos) {
      const json::object ready = parse_document(said.substr(0, end), "the first line of brickwork-local").as_object();
      return {pid, start_time(pid), text_of(ready, "url"), text_of(ready, "token_file")};
    }
    int wait_status = 0;
    if (waitpid(pid, &wait_status, WNOHANG) == pid) {
      throw Stop(kUnavailable, "brickwork-local ended before it was ready: " + last_lines(log_of(state)));
    }
    std::this_thread::sleep_for(kLook);
  }
  kill(pid, SIGTERM);
  throw Stop(kUnavailable, "brickwork-local was not ready in time; its log is " + log_of(state).string());
}

}  // namespace

fs::path default_state_directory() {
  const char* base = std::getenv("XDG_STATE_HOME");
  if (base != nullptr && *base == '/') return fs::path(base) / "brickwork" / "local";
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') {
    throw Stop(kWrongCommandOrDocument, "neither XDG_STATE_HOME nor HOME is set", "name a directory with --state");
  }
  return fs::path(home) / ".local" / "state" / "brickwork" / "local";
}

std::optional<Background> running_background(const fs::path& state) {
  const std::string text = content(record_of(state));
  if (text.empty()) return std::nullopt;
  const json::value parsed = parse_document(text, record_of(state).string());
  const json::object& record = parsed.as_object();
  Background background{static_cast<pid_t>(number_of(record, "pid")), text_of(record, "started"),
                        text_of(record, "url"), text_of(record, "token_file")};
  if (background.pid <= 0 || background.started.empty() || !runs(background)) return std::nullopt;
  return background;
}

Background start_background(const fs::path& state, const std::vector<std::string>& arguments) {
  std::error_code error;
  fs::create_directories(state, error);
  if (error) throw Stop(kWrongCommandOrDocument, "cannot make " + state.string() + ": " + error.message());
  chmod(state.c_str(), 0700);
  fs::remove(output_of(state), error);
  // The log of the one before tells why it ended, so one is kept.
  fs::rename(log_of(state), log_of(state).string() + ".before", error);

  std::vector<std::string> words{executable(), "--state", state.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const pid_t pid = fork();
  if (pid < 0) throw Stop(kUnavailable, std::string("cannot start a process: ") + std::strerror(errno));
  if (pid == 0) become(state, words);

  Background background = wait_until_ready(state, pid);
  std::ofstream record(record_of(state), std::ios::trunc);
  record << json::serialize(json::object{{"pid", background.pid},
                                         {"started", background.started},
                                         {"url", background.url},
                                         {"token_file", background.token_file}})
         << '\n';
  return background;
}

bool stop_background(const fs::path& state) {
  const std::optional<Background> background = running_background(state);
  std::error_code error;
  if (!background) {
    fs::remove(record_of(state), error);
    return false;
  }
  kill(background->pid, SIGTERM);
  const auto deadline = std::chrono::steady_clock::now() + kEndsWithin;
  while (runs(*background)) {
    // Only what start_time still vouches for is ever signalled.
    if (std::chrono::steady_clock::now() > deadline) kill(background->pid, SIGKILL);
    std::this_thread::sleep_for(kLook);
  }
  fs::remove(record_of(state), error);
  return true;
}

}  // namespace brickwork::cli
